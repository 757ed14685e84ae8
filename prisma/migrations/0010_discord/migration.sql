-- CreateTable
CREATE TABLE "presences" (
    "account_id" TEXT NOT NULL,
    "workspace" TEXT NOT NULL,

    CONSTRAINT "presences_pkey" PRIMARY KEY ("account_id","workspace")
);

-- CreateTable
CREATE TABLE "leases" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "leases_pkey" PRIMARY KEY ("name")
);

-- AddForeignKey
ALTER TABLE "presences" ADD CONSTRAINT "presences_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
