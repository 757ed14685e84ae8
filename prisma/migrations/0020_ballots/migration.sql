-- AlterTable
ALTER TABLE "communities" ADD COLUMN     "topic_threshold" INTEGER;

-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "topic_threshold" INTEGER NOT NULL DEFAULT 5;

-- AlterTable
ALTER TABLE "topics" ADD COLUMN     "delivered" TEXT,
ADD COLUMN     "plan" TEXT,
ADD COLUMN     "ready_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "ballots" (
    "id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "author_id" TEXT,
    "state" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "rules" JSONB NOT NULL,
    "secret" BOOLEAN NOT NULL,
    "reasons" TEXT NOT NULL,
    "voters" TEXT NOT NULL,
    "tenure_days" INTEGER NOT NULL,
    "needs_address" BOOLEAN NOT NULL,
    "shows_early" BOOLEAN NOT NULL,
    "options_until" TIMESTAMPTZ(3),
    "extends" BOOLEAN NOT NULL,
    "extended_at" TIMESTAMPTZ(3),
    "edition" INTEGER NOT NULL DEFAULT 0,
    "electorate" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "opened_at" TIMESTAMPTZ(3),
    "closes_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),
    "remind_at" TIMESTAMPTZ(3),
    "linked" INTEGER NOT NULL DEFAULT 0,
    "result" JSONB,
    "seal" TEXT,
    "statement" TEXT,
    "review_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),

    CONSTRAINT "ballots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ballot_options" (
    "ballot_id" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "label" TEXT NOT NULL,
    "topic_id" TEXT,
    "added_by_id" TEXT,

    CONSTRAINT "ballot_options_pkey" PRIMARY KEY ("ballot_id","place")
);

-- CreateTable
CREATE TABLE "ballot_voters" (
    "ballot_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "voted" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "ballot_voters_pkey" PRIMARY KEY ("ballot_id","person_id")
);

-- CreateTable
CREATE TABLE "ballot_votes" (
    "ballot_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "person_id" TEXT,
    "vote" JSONB NOT NULL,
    "reason" TEXT,
    "delegated" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3),

    CONSTRAINT "ballot_votes_pkey" PRIMARY KEY ("ballot_id","key")
);

-- CreateTable
CREATE TABLE "delegations" (
    "community_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "delegate_id" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),

    CONSTRAINT "delegations_pkey" PRIMARY KEY ("community_id","person_id")
);

-- CreateIndex
CREATE INDEX "ballots_community_id_state_idx" ON "ballots"("community_id", "state");

-- CreateIndex
CREATE INDEX "ballots_author_id_idx" ON "ballots"("author_id");

-- CreateIndex
CREATE INDEX "ballots_due_at_idx" ON "ballots"("due_at");

-- CreateIndex
CREATE INDEX "ballot_options_topic_id_idx" ON "ballot_options"("topic_id");

-- CreateIndex
CREATE INDEX "ballot_options_added_by_id_idx" ON "ballot_options"("added_by_id");

-- CreateIndex
CREATE INDEX "ballot_voters_person_id_idx" ON "ballot_voters"("person_id");

-- CreateIndex
CREATE INDEX "ballot_votes_person_id_idx" ON "ballot_votes"("person_id");

-- CreateIndex
CREATE INDEX "delegations_person_id_idx" ON "delegations"("person_id");

-- CreateIndex
CREATE INDEX "delegations_delegate_id_idx" ON "delegations"("delegate_id");

-- CreateIndex
CREATE INDEX "people_united_idx" ON "people"("united_into") WHERE ("united_into" IS NOT NULL);

-- AddForeignKey
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballot_options" ADD CONSTRAINT "ballot_options_ballot_id_fkey" FOREIGN KEY ("ballot_id") REFERENCES "ballots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballot_options" ADD CONSTRAINT "ballot_options_topic_id_fkey" FOREIGN KEY ("topic_id") REFERENCES "topics"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballot_options" ADD CONSTRAINT "ballot_options_added_by_id_fkey" FOREIGN KEY ("added_by_id") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballot_voters" ADD CONSTRAINT "ballot_voters_ballot_id_fkey" FOREIGN KEY ("ballot_id") REFERENCES "ballots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballot_voters" ADD CONSTRAINT "ballot_voters_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_ballot_id_fkey" FOREIGN KEY ("ballot_id") REFERENCES "ballots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delegations" ADD CONSTRAINT "delegations_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delegations" ADD CONSTRAINT "delegations_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delegations" ADD CONSTRAINT "delegations_delegate_id_fkey" FOREIGN KEY ("delegate_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;
