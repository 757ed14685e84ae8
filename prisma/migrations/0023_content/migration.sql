-- AlterTable
ALTER TABLE "ballots" ADD COLUMN     "about" TEXT;

-- AlterTable
ALTER TABLE "communities" ADD COLUMN     "digest_at" TIMESTAMPTZ(3),
ADD COLUMN     "digest_version" INTEGER,
ADD COLUMN     "digested_at" TIMESTAMPTZ(3),
ADD COLUMN     "told_objections" JSONB;

-- AlterTable
ALTER TABLE "memberships" ADD COLUMN     "muted_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "terms" JSONB;

-- AlterTable
ALTER TABLE "posts" ADD COLUMN     "after_silence" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "is_unheard" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "item_id" TEXT;

-- AlterTable
ALTER TABLE "topics" ADD COLUMN     "late_at" TIMESTAMPTZ(3),
ADD COLUMN     "late_due_at" TIMESTAMPTZ(3),
ADD COLUMN     "planned_for" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "agreements" (
    "id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "topics" TEXT[],
    "formats" TEXT[],
    "per_month" INTEGER NOT NULL,
    "silent_days" INTEGER[],
    "silent_from" TEXT,
    "silent_to" TEXT,
    "digest" TEXT NOT NULL,
    "answered_by" TEXT NOT NULL,
    "paused_until" TIMESTAMPTZ(3),
    "ballot_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "since" TIMESTAMPTZ(3),
    "until" TIMESTAMPTZ(3),

    CONSTRAINT "agreements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "items" (
    "id" TEXT NOT NULL,
    "piece_id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "goal" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "words" TEXT,
    "link" TEXT,
    "about" TEXT,
    "topic_id" TEXT,
    "ask" TEXT,
    "seats" INTEGER,
    "owed_by" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "told_at" TIMESTAMPTZ(3),
    "late_at" TIMESTAMPTZ(3),
    "author_id" TEXT,
    "ballot_id" TEXT,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "asked_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "is_wanted" BOOLEAN NOT NULL DEFAULT false,
    "due_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "posted_at" TIMESTAMPTZ(3),
    "said_at" TIMESTAMPTZ(3),
    "told_worth" INTEGER NOT NULL DEFAULT 0,
    "told_not" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "items_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "item_answers" (
    "item_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "worth" BOOLEAN,
    "is_in" BOOLEAN NOT NULL DEFAULT false,
    "words" TEXT,
    "quote" TEXT,
    "consent" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "item_answers_pkey" PRIMARY KEY ("item_id","person_id")
);

-- CreateTable
CREATE TABLE "goal_owners" (
    "community_id" TEXT NOT NULL,
    "goal" TEXT NOT NULL,
    "owner" TEXT NOT NULL,

    CONSTRAINT "goal_owners_pkey" PRIMARY KEY ("community_id","goal")
);

-- CreateTable
CREATE TABLE "objections" (
    "community_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "month" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objections_pkey" PRIMARY KEY ("community_id","person_id","month")
);

-- CreateIndex
CREATE UNIQUE INDEX "agreements_ballot_id_key" ON "agreements"("ballot_id");

-- CreateIndex
CREATE INDEX "agreements_community_id_state_idx" ON "agreements"("community_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "agreements_asked_key" ON "agreements"("community_id") WHERE ("state" = 'asked');

-- CreateIndex
CREATE UNIQUE INDEX "items_topic_id_key" ON "items"("topic_id");

-- CreateIndex
CREATE UNIQUE INDEX "items_ballot_id_key" ON "items"("ballot_id");

-- CreateIndex
CREATE INDEX "items_community_id_state_posted_at_idx" ON "items"("community_id", "state", "posted_at");

-- CreateIndex
CREATE INDEX "items_piece_id_idx" ON "items"("piece_id");

-- CreateIndex
CREATE INDEX "items_author_id_idx" ON "items"("author_id");

-- CreateIndex
CREATE INDEX "items_due_at_idx" ON "items"("due_at");

-- CreateIndex
CREATE INDEX "item_answers_person_id_idx" ON "item_answers"("person_id");

-- CreateIndex
CREATE INDEX "objections_person_id_idx" ON "objections"("person_id");

-- CreateIndex
CREATE INDEX "posts_item_id_idx" ON "posts"("item_id");

-- CreateIndex
CREATE INDEX "topics_planned_idx" ON "topics"("planned_for") WHERE ("state" = 'planned' AND "late_at" IS NULL);

-- AddForeignKey
ALTER TABLE "posts" ADD CONSTRAINT "posts_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "items"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_ballot_id_fkey" FOREIGN KEY ("ballot_id") REFERENCES "ballots"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "items" ADD CONSTRAINT "items_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "items" ADD CONSTRAINT "items_topic_id_fkey" FOREIGN KEY ("topic_id") REFERENCES "topics"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "items" ADD CONSTRAINT "items_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "items" ADD CONSTRAINT "items_ballot_id_fkey" FOREIGN KEY ("ballot_id") REFERENCES "ballots"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "item_answers" ADD CONSTRAINT "item_answers_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "items"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "item_answers" ADD CONSTRAINT "item_answers_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "goal_owners" ADD CONSTRAINT "goal_owners_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "objections" ADD CONSTRAINT "objections_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "objections" ADD CONSTRAINT "objections_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;
