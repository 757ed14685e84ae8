-- AlterTable
ALTER TABLE "topics" ADD COLUMN     "ready_at" TIMESTAMPTZ(3);
