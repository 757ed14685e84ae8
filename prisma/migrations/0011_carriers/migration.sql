-- AlterTable
ALTER TABLE "memberships" ADD COLUMN     "told" TEXT,
ADD COLUMN     "told_in" TEXT;

-- AlterTable
ALTER TABLE "room_places" ADD COLUMN     "looked_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "rooms" ADD COLUMN     "carrier" TEXT,
ADD COLUMN     "role_id" TEXT;

-- AlterTable
ALTER TABLE "destinations" ADD COLUMN     "may_hold" BOOLEAN NOT NULL DEFAULT true;

-- CreateIndex
CREATE INDEX "reports_leased_idx" ON "reports"("destination", "leased_until") WHERE ("leased_until" IS NOT NULL);

-- CreateTable
CREATE TABLE "workspaces" (
    "platform" TEXT NOT NULL,
    "workspace" TEXT NOT NULL,
    "carrier" TEXT NOT NULL,
    "category" TEXT,

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("platform","workspace")
);

-- Rooms on Discord that were made before their carrier was written down.
UPDATE "rooms" r SET "carrier" = CASE WHEN c.sensitive OR c.visibility <> 'open' THEN 'thread' ELSE 'channel' END
FROM "communities" c WHERE c.id = r.community_id AND r.platform = 'discord' AND r.external_id IS NOT NULL;

-- Who was let into a room before that was asked stays.
UPDATE "memberships" m SET "told" = 'members', "told_in" = r.workspace FROM "rooms" r, "room_places" p
WHERE r.community_id = m.community_id AND r.carrier IS NOT NULL AND p.room_id = r.id AND p.person_id = m.person_id AND p.wanted = 'in';
