-- AlterTable
ALTER TABLE "destinations" ADD COLUMN     "absentees" TEXT,
ADD COLUMN     "by_address" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "can_list" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "cursor" TEXT,
ADD COLUMN     "drift" JSONB,
ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "fields" TEXT,
ADD COLUMN     "mode" TEXT NOT NULL DEFAULT 'standing',
ADD COLUMN     "needs_list" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "reconcile_at" TIMESTAMPTZ(3),
ADD COLUMN     "reconciled_at" TIMESTAMPTZ(3),
ADD COLUMN     "rests_until" TIMESTAMPTZ(3),
ADD COLUMN     "unlisted" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "reports" ADD COLUMN     "asked_at" TIMESTAMPTZ(3),
ADD COLUMN     "held_emails" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "known_id" TEXT,
ADD COLUMN     "known_id_email" INTEGER,
ADD COLUMN     "made" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "proven" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "refused" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "stopped_for" TEXT,
ADD COLUMN     "told_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "destination_segments" (
    "destination" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "chosen" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "destination_segments_pkey" PRIMARY KEY ("destination","community_id")
);

-- CreateTable
CREATE TABLE "list_choices" (
    "destination" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "found" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "list_choices_pkey" PRIMARY KEY ("destination","community_id")
);

-- CreateTable
CREATE TABLE "suppressions" (
    "destination" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL DEFAULT '',
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "suppressions_pkey" PRIMARY KEY ("destination","person_id","community_id")
);

-- CreateTable
CREATE TABLE "campaigns" (
    "destination" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "community_id" TEXT,
    "title" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "sent" INTEGER NOT NULL DEFAULT 0,
    "opened" INTEGER NOT NULL DEFAULT 0,
    "clicked" INTEGER NOT NULL DEFAULT 0,
    "bought" INTEGER NOT NULL DEFAULT 0,
    "unsubscribed" INTEGER NOT NULL DEFAULT 0,
    "bounced" INTEGER NOT NULL DEFAULT 0,
    "complained" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "campaigns_pkey" PRIMARY KEY ("destination","external_id")
);

-- CreateTable
CREATE TABLE "heard" (
    "destination" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "heard_pkey" PRIMARY KEY ("destination","id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT,
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_reads" (
    "person_id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "destination" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "times" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_reads_pkey" PRIMARY KEY ("person_id","token","day")
);

-- CreateIndex
CREATE INDEX "destination_segments_community_id_idx" ON "destination_segments"("community_id");

-- CreateIndex
CREATE INDEX "list_choices_community_id_idx" ON "list_choices"("community_id");

-- CreateIndex
CREATE INDEX "suppressions_person_id_idx" ON "suppressions"("person_id");

-- CreateIndex
CREATE INDEX "campaigns_community_id_sent_at_idx" ON "campaigns"("community_id", "sent_at");

-- CreateIndex
CREATE INDEX "heard_at_idx" ON "heard"("at");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens"("hash");

-- CreateIndex
CREATE INDEX "api_reads_at_idx" ON "api_reads"("at");

-- AddForeignKey
ALTER TABLE "destination_segments" ADD CONSTRAINT "destination_segments_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "list_choices" ADD CONSTRAINT "list_choices_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_reads" ADD CONSTRAINT "api_reads_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Two people may share an address, however each spells it.
CREATE INDEX "people_same_email_idx" ON "people" (lower("email"));

-- CreateIndex
CREATE INDEX "reports_known_id_idx" ON "reports"("destination", "known_id") WHERE ("known_id" IS NOT NULL);

-- CreateIndex
CREATE INDEX "reports_held_emails_idx" ON "reports" USING GIN ("held_emails");
