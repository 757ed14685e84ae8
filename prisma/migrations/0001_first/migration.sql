-- CreateTable
CREATE TABLE "organization" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "privacy_notice" TEXT,
    "contact" TEXT,
    "sender" TEXT,
    "language" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "minimum_age" INTEGER NOT NULL,
    "pledges_from" INTEGER NOT NULL,
    "pledges_to" INTEGER NOT NULL,
    "approves_communities" BOOLEAN NOT NULL,
    "block_list" TEXT[],
    "staff_ids" TEXT[],
    "staff_room" JSONB,
    "staff_email" TEXT,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "people" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "language" TEXT,
    "zone" TEXT,
    "email" TEXT,
    "email_proven_at" TIMESTAMPTZ(3),
    "email_version" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "people_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "accounts" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "workspace" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "communities" (
    "id" TEXT NOT NULL,
    "slug" TEXT,
    "name" TEXT NOT NULL,
    "folded" TEXT NOT NULL,
    "searched" TEXT NOT NULL,
    "need" TEXT NOT NULL,
    "tags" TEXT[],
    "visibility" TEXT NOT NULL,
    "sensitive" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL,
    "founder_id" TEXT,
    "platform" TEXT NOT NULL,
    "workspace" TEXT NOT NULL,
    "place" TEXT,
    "pledges_needed" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deadline" TIMESTAMPTZ(3),
    "opened_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "told_size" INTEGER,

    CONSTRAINT "communities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "person_id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "organizer" BOOLEAN NOT NULL DEFAULT false,
    "source" TEXT NOT NULL,
    "reason" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "left_at" TIMESTAMPTZ(3),

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("person_id","community_id")
);

-- CreateTable
CREATE TABLE "directions" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "wording_version" TEXT NOT NULL,
    "wording" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "place" TEXT NOT NULL,
    "act" TEXT NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "standing" BOOLEAN,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,

    CONSTRAINT "directions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "questions" (
    "person_id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "wording_version" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "questions_pkey" PRIMARY KEY ("person_id","community_id","purpose","recipient")
);

-- CreateTable
CREATE TABLE "destinations" (
    "name" TEXT NOT NULL,
    "connector" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "named" BOOLEAN NOT NULL,
    "connected" BOOLEAN NOT NULL,
    "paused_at" TIMESTAMPTZ(3),
    "paused_reason" TEXT,

    CONSTRAINT "destinations_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "reports" (
    "person_id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "wanted" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "direction_id" TEXT,
    "revision" INTEGER NOT NULL,
    "known" TEXT,
    "known_email" INTEGER,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "lease" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "first_failed_at" TIMESTAMPTZ(3),
    "failure" TEXT,

    CONSTRAINT "reports_pkey" PRIMARY KEY ("person_id","community_id","destination")
);

-- CreateTable
CREATE TABLE "rooms" (
    "id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "workspace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "external_id" TEXT,
    "due_at" TIMESTAMPTZ(3),
    "lease" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,

    CONSTRAINT "rooms_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "room_places" (
    "room_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "wanted" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "known" TEXT,
    "due_at" TIMESTAMPTZ(3),
    "lease" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,

    CONSTRAINT "room_places_pkey" PRIMARY KEY ("room_id","person_id")
);

-- CreateTable
CREATE TABLE "cards" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "workspace" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "external_id" TEXT,
    "wanted" INTEGER NOT NULL,
    "drawn" INTEGER NOT NULL,
    "not_before" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "lease" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,

    CONSTRAINT "cards_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "posts" (
    "id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "workspace" TEXT NOT NULL,
    "community_id" TEXT,
    "place" TEXT,
    "account_id" TEXT,
    "body" JSONB,
    "key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "lease" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,

    CONSTRAINT "posts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mails" (
    "id" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "person_id" TEXT,
    "sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "lease" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "sent_at" TIMESTAMPTZ(3),
    "failure" TEXT,

    CONSTRAINT "mails_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "email_codes" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "hash" TEXT NOT NULL,
    "tries_left" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "email_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "drafts" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "command" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "drafts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitations" (
    "id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "uses_left" INTEGER NOT NULL,
    "created_by_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" TEXT NOT NULL,
    "answer" BYTEA,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT,
    "role" TEXT NOT NULL,
    "act" TEXT NOT NULL,
    "community_id" TEXT,
    "detail" TEXT,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "staff_notes" (
    "key" TEXT NOT NULL,
    "text" JSONB NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "told_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "staff_notes_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "unmet_needs" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "words" TEXT NOT NULL,
    "pledges" INTEGER NOT NULL,

    CONSTRAINT "unmet_needs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_runs" (
    "name" TEXT NOT NULL,
    "ran_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "job_runs_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "people_key_key" ON "people"("key");

-- CreateIndex
CREATE INDEX "people_email_idx" ON "people"("email");

-- CreateIndex
CREATE INDEX "accounts_person_id_idx" ON "accounts"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "accounts_platform_workspace_external_id_key" ON "accounts"("platform", "workspace", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "communities_slug_key" ON "communities"("slug");

-- CreateIndex
CREATE INDEX "communities_state_deadline_idx" ON "communities"("state", "deadline");

-- CreateIndex
CREATE INDEX "communities_folded_idx" ON "communities"("folded");

-- CreateIndex
CREATE INDEX "memberships_community_id_state_since_idx" ON "memberships"("community_id", "state", "since");

-- CreateIndex
CREATE INDEX "directions_community_id_idx" ON "directions"("community_id");

-- CreateIndex
CREATE UNIQUE INDEX "directions_person_id_community_id_purpose_recipient_standin_key" ON "directions"("person_id", "community_id", "purpose", "recipient", "standing");

-- CreateIndex
CREATE INDEX "reports_destination_due_at_idx" ON "reports"("destination", "due_at");

-- CreateIndex
CREATE INDEX "reports_community_id_idx" ON "reports"("community_id");

-- CreateIndex
CREATE INDEX "rooms_due_at_idx" ON "rooms"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "rooms_community_id_platform_workspace_key" ON "rooms"("community_id", "platform", "workspace");

-- CreateIndex
CREATE UNIQUE INDEX "rooms_platform_workspace_external_id_key" ON "rooms"("platform", "workspace", "external_id");

-- CreateIndex
CREATE INDEX "room_places_due_at_idx" ON "room_places"("due_at");

-- CreateIndex
CREATE INDEX "room_places_person_id_idx" ON "room_places"("person_id");

-- CreateIndex
CREATE INDEX "cards_due_at_idx" ON "cards"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "cards_kind_subject_platform_workspace_place_key" ON "cards"("kind", "subject", "platform", "workspace", "place");

-- CreateIndex
CREATE INDEX "posts_line_due_at_idx" ON "posts"("line", "due_at");

-- CreateIndex
CREATE INDEX "posts_due_at_idx" ON "posts"("due_at");

-- CreateIndex
CREATE INDEX "posts_community_id_idx" ON "posts"("community_id");

-- CreateIndex
CREATE INDEX "mails_due_at_idx" ON "mails"("due_at");

-- CreateIndex
CREATE INDEX "mails_person_id_idx" ON "mails"("person_id");

-- CreateIndex
CREATE INDEX "email_codes_person_id_created_at_idx" ON "email_codes"("person_id", "created_at");

-- CreateIndex
CREATE INDEX "email_codes_address_created_at_idx" ON "email_codes"("address", "created_at");

-- CreateIndex
CREATE INDEX "drafts_expires_at_idx" ON "drafts"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "invitations_hash_key" ON "invitations"("hash");

-- CreateIndex
CREATE INDEX "invitations_community_id_idx" ON "invitations"("community_id");

-- CreateIndex
CREATE INDEX "deliveries_expires_at_idx" ON "deliveries"("expires_at");

-- CreateIndex
CREATE INDEX "audit_at_idx" ON "audit"("at");

-- CreateIndex
CREATE INDEX "unmet_needs_at_idx" ON "unmet_needs"("at");

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "directions" ADD CONSTRAINT "directions_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "directions" ADD CONSTRAINT "directions_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "questions" ADD CONSTRAINT "questions_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "questions" ADD CONSTRAINT "questions_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reports" ADD CONSTRAINT "reports_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reports" ADD CONSTRAINT "reports_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rooms" ADD CONSTRAINT "rooms_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "room_places" ADD CONSTRAINT "room_places_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "room_places" ADD CONSTRAINT "room_places_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "email_codes" ADD CONSTRAINT "email_codes_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;
