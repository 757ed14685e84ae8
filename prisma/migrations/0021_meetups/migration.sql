-- AlterTable
ALTER TABLE "communities" ADD COLUMN     "meetup_turns" TEXT NOT NULL DEFAULT 'arrival';

-- AlterTable
ALTER TABLE "people" ADD COLUMN     "calendar_version" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "meetup_series" (
    "id" TEXT NOT NULL,
    "repeats" TEXT NOT NULL,
    "times" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "minutes" INTEGER NOT NULL,
    "zone" TEXT NOT NULL,

    CONSTRAINT "meetup_series_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meetups" (
    "id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "partner_id" TEXT,
    "joined_at" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL,
    "author_id" TEXT,
    "by_staff" BOOLEAN NOT NULL DEFAULT false,
    "title" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3),
    "minutes" INTEGER NOT NULL,
    "zone" TEXT NOT NULL,
    "place" TEXT,
    "place_hidden" BOOLEAN NOT NULL,
    "capacity" INTEGER,
    "guests" INTEGER NOT NULL,
    "description" TEXT,
    "access" TEXT,
    "host" TEXT,
    "turns" TEXT NOT NULL,
    "offer_minutes" INTEGER NOT NULL,
    "series_id" TEXT,
    "occurrence_at" TIMESTAMPTZ(3),
    "ballot_id" TEXT,
    "sequence" INTEGER NOT NULL DEFAULT 0,
    "last_number" INTEGER NOT NULL DEFAULT 0,
    "code" TEXT,
    "notes" TEXT,
    "photos" TEXT,
    "came" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "announced_at" TIMESTAMPTZ(3),
    "shown_at" TIMESTAMPTZ(3),
    "day_before" TIMESTAMPTZ(3),
    "hour_before" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),

    CONSTRAINT "meetups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rsvps" (
    "meetup_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "guests" INTEGER NOT NULL DEFAULT 0,
    "number" INTEGER,
    "been" BOOLEAN NOT NULL DEFAULT false,
    "offered_until" TIMESTAMPTZ(3),
    "passed_over" BOOLEAN NOT NULL DEFAULT false,
    "asked_fewer" BOOLEAN NOT NULL DEFAULT false,
    "remind" BOOLEAN,
    "checked_in_at" TIMESTAMPTZ(3),
    "worth" BOOLEAN,
    "hosts_next" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rsvps_pkey" PRIMARY KEY ("meetup_id","person_id")
);

-- CreateTable
CREATE TABLE "gathered" (
    "card_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,

    CONSTRAINT "gathered_pkey" PRIMARY KEY ("card_id","account")
);

-- CreateIndex
CREATE UNIQUE INDEX "meetups_ballot_id_key" ON "meetups"("ballot_id");

-- CreateIndex
CREATE INDEX "meetups_community_id_state_starts_at_idx" ON "meetups"("community_id", "state", "starts_at");

-- CreateIndex
CREATE INDEX "meetups_partner_id_idx" ON "meetups"("partner_id");

-- CreateIndex
CREATE INDEX "meetups_author_id_idx" ON "meetups"("author_id");

-- CreateIndex
CREATE INDEX "meetups_series_id_idx" ON "meetups"("series_id");

-- CreateIndex
CREATE INDEX "meetups_due_at_idx" ON "meetups"("due_at");

-- CreateIndex
CREATE INDEX "rsvps_person_id_idx" ON "rsvps"("person_id");

-- AddForeignKey
ALTER TABLE "meetups" ADD CONSTRAINT "meetups_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meetups" ADD CONSTRAINT "meetups_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "communities"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meetups" ADD CONSTRAINT "meetups_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meetups" ADD CONSTRAINT "meetups_series_id_fkey" FOREIGN KEY ("series_id") REFERENCES "meetup_series"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meetups" ADD CONSTRAINT "meetups_ballot_id_fkey" FOREIGN KEY ("ballot_id") REFERENCES "ballots"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rsvps" ADD CONSTRAINT "rsvps_meetup_id_fkey" FOREIGN KEY ("meetup_id") REFERENCES "meetups"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rsvps" ADD CONSTRAINT "rsvps_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gathered" ADD CONSTRAINT "gathered_card_id_fkey" FOREIGN KEY ("card_id") REFERENCES "cards"("id") ON DELETE CASCADE ON UPDATE CASCADE;
