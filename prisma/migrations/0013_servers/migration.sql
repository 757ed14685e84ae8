-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "name" TEXT,
ADD COLUMN     "ours" BOOLEAN NOT NULL DEFAULT false,
ALTER COLUMN "carrier" DROP NOT NULL;

-- Servers that were in use before anybody was asked whose they are.
UPDATE "workspaces" SET "ours" = true;
INSERT INTO "workspaces" ("platform", "workspace", "ours")
SELECT DISTINCT "platform", "workspace", true FROM "rooms" WHERE "platform" = 'discord' ON CONFLICT DO NOTHING;
INSERT INTO "workspaces" ("platform", "workspace", "ours")
SELECT "staff_room" ->> 'platform', "staff_room" ->> 'workspace', true FROM "organization"
WHERE "staff_room" ->> 'platform' = 'discord' ON CONFLICT ("platform", "workspace") DO UPDATE SET "ours" = true;
