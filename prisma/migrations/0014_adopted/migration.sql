-- AlterTable
ALTER TABLE "rooms" ADD COLUMN     "adopted" BOOLEAN NOT NULL DEFAULT false;
