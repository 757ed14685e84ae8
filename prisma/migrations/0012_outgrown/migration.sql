-- AlterTable
ALTER TABLE "rooms" ADD COLUMN     "outgrown" TEXT;
