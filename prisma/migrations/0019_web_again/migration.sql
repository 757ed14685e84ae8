-- AlterTable
ALTER TABLE "web_links" ADD COLUMN     "used_by" TEXT;
