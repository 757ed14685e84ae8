-- AlterTable
ALTER TABLE "destinations" ADD COLUMN     "place" TEXT,
ADD COLUMN     "started" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "invitations" ALTER COLUMN "created_by_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "keep_audit_months" INTEGER NOT NULL DEFAULT 24,
ADD COLUMN     "keep_people_months" INTEGER NOT NULL DEFAULT 24,
ADD COLUMN     "keep_seeds_months" INTEGER NOT NULL DEFAULT 12,
ADD COLUMN     "keep_sent_days" INTEGER NOT NULL DEFAULT 90,
ADD COLUMN     "report_floor" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "people" ADD COLUMN     "last_seen_at" TIMESTAMPTZ(3),
ADD COLUMN     "paused_at" TIMESTAMPTZ(3),
ADD COLUMN     "quiet_from" TEXT,
ADD COLUMN     "quiet_to" TEXT,
ADD COLUMN     "united_into" TEXT;

-- Nobody who was there before counts as gone since for ever.
UPDATE "people" SET "last_seen_at" = "created_at";
ALTER TABLE "people" ALTER COLUMN "last_seen_at" SET NOT NULL;

-- AlterTable
ALTER TABLE "reports" ADD COLUMN     "guarded" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "sent_reports" (
    "person_id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "op" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sent_reports_pkey" PRIMARY KEY ("person_id","community_id","destination","revision")
);

-- CreateTable
CREATE TABLE "notice_choices" (
    "person_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "way" TEXT NOT NULL,

    CONSTRAINT "notice_choices_pkey" PRIMARY KEY ("person_id","kind")
);

-- CreateTable
CREATE TABLE "erasures" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "destination" TEXT,
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "heard_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "lease" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tombstones" (
    "hash" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tombstones_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "unions" (
    "id" TEXT NOT NULL,
    "kept_id" TEXT NOT NULL,
    "merged_id" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "kept_answer" TEXT,
    "merged_answer" TEXT,
    "united_at" TIMESTAMPTZ(3),
    "moved" JSONB,

    CONSTRAINT "unions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sent_reports_at_idx" ON "sent_reports"("at");

-- CreateIndex
CREATE INDEX "sent_reports_community_id_idx" ON "sent_reports"("community_id");

-- CreateIndex
CREATE INDEX "erasures_due_at_idx" ON "erasures"("due_at");

-- CreateIndex
CREATE INDEX "unions_merged_id_idx" ON "unions"("merged_id");

-- CreateIndex
CREATE UNIQUE INDEX "unions_kept_id_merged_id_key" ON "unions"("kept_id", "merged_id");

-- AddForeignKey
ALTER TABLE "sent_reports" ADD CONSTRAINT "sent_reports_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sent_reports" ADD CONSTRAINT "sent_reports_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notice_choices" ADD CONSTRAINT "notice_choices_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;
