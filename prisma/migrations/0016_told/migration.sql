-- AlterTable
ALTER TABLE "memberships" ADD COLUMN     "told_on" TEXT;

-- AlterTable
ALTER TABLE "room_places" ADD COLUMN     "told" TEXT;

-- AlterTable
ALTER TABLE "rooms" ADD COLUMN     "called" TEXT,
ADD COLUMN     "looked_at" TIMESTAMPTZ(3),
ADD COLUMN     "unseen" BOOLEAN NOT NULL DEFAULT false;

-- Where people chose is known by its workspace so far, and accounts tell whose that is.
UPDATE "memberships" m SET "told_on" = (
  SELECT a.platform FROM "accounts" a LEFT JOIN "presences" seen ON seen.account_id = a.id
  WHERE a.person_id = m.person_id AND m.told_in IN (a.workspace, seen.workspace) ORDER BY a.id LIMIT 1)
WHERE m.told_in IS NOT NULL;

-- What they read holds for the room it let them into.
UPDATE "room_places" p SET "told" = m.told FROM "rooms" r, "memberships" m
WHERE r.id = p.room_id AND m.person_id = p.person_id AND m.community_id = r.community_id
  AND m.told_on = r.platform AND m.told_in IN (r.workspace, '');
