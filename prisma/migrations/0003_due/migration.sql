-- DropIndex
DROP INDEX "reports_destination_due_at_idx";

-- CreateIndex
CREATE INDEX "reports_due_idx" ON "reports"("destination", "due_at", "community_id", "wanted", "person_id") WHERE ("due_at" IS NOT NULL);
