-- CreateTable
CREATE TABLE "topics" (
    "id" TEXT NOT NULL,
    "community_id" TEXT NOT NULL,
    "proposer_id" TEXT,
    "title" TEXT NOT NULL,
    "why" TEXT,
    "link" TEXT,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "topics_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "topic_supports" (
    "topic_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "topic_supports_pkey" PRIMARY KEY ("topic_id","person_id")
);

-- CreateIndex
CREATE INDEX "topics_community_id_state_idx" ON "topics"("community_id", "state");

-- CreateIndex
CREATE INDEX "topics_proposer_id_idx" ON "topics"("proposer_id");

-- CreateIndex
CREATE INDEX "topic_supports_person_id_idx" ON "topic_supports"("person_id");

-- AddForeignKey
ALTER TABLE "topics" ADD CONSTRAINT "topics_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "communities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topics" ADD CONSTRAINT "topics_proposer_id_fkey" FOREIGN KEY ("proposer_id") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topic_supports" ADD CONSTRAINT "topic_supports_topic_id_fkey" FOREIGN KEY ("topic_id") REFERENCES "topics"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topic_supports" ADD CONSTRAINT "topic_supports_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;
