-- CreateTable
CREATE TABLE "web_sessions" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "staff_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "web_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "web_links" (
    "hash" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "address" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "web_links_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "web_messages" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "account_id" TEXT,
    "place" TEXT,
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "web_messages_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "web_sessions_account_id_idx" ON "web_sessions"("account_id");

-- CreateIndex
CREATE INDEX "web_sessions_expires_at_idx" ON "web_sessions"("expires_at");

-- CreateIndex
CREATE INDEX "web_links_address_created_at_idx" ON "web_links"("address", "created_at");

-- CreateIndex
CREATE INDEX "web_links_created_at_idx" ON "web_links"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "web_messages_key_key" ON "web_messages"("key");

-- CreateIndex
CREATE INDEX "web_messages_account_id_id_idx" ON "web_messages"("account_id", "id");

-- CreateIndex
CREATE INDEX "web_messages_place_id_idx" ON "web_messages"("place", "id");

-- CreateIndex
CREATE INDEX "web_messages_created_at_idx" ON "web_messages"("created_at");

-- AddForeignKey
ALTER TABLE "web_sessions" ADD CONSTRAINT "web_sessions_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "web_messages" ADD CONSTRAINT "web_messages_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
