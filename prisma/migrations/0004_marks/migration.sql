-- CreateIndex
CREATE INDEX "directions_revoked_idx" ON "directions"("revoked_at") WHERE ("revoked_at" IS NOT NULL);

-- CreateIndex
CREATE INDEX "people_paused_idx" ON "people"("paused_at") WHERE ("paused_at" IS NOT NULL);
