-- Files that were asked for have a table of their own now.
DELETE FROM "web_messages" WHERE "place" = '/files';

-- AlterTable
ALTER TABLE "web_links" ADD COLUMN     "asked_by" TEXT;

-- AlterTable
ALTER TABLE "web_messages" ADD COLUMN     "about" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "web_files" (
    "key" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "web_files_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "web_files_account_id_idx" ON "web_files"("account_id");

-- CreateIndex
CREATE INDEX "web_files_created_at_idx" ON "web_files"("created_at");

-- CreateIndex
CREATE INDEX "web_messages_about_idx" ON "web_messages" USING GIN ("about");

-- AddForeignKey
ALTER TABLE "web_files" ADD CONSTRAINT "web_files_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
