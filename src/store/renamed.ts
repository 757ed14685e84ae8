import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Every table that says of which destination a row is. */
const TABLES = [
  ...[
    'destination_segments',
    'list_choices',
    'suppressions',
    'campaigns',
    'heard',
    'api_tokens',
    'api_reads',
    'reports',
    'sent_reports',
  ],
  'erasures',
]

/**
 * Has destinations that are the place of one before under another name be that one: whom it holds and who unsubscribed there
 * is known of the place, whatever it is called.
 */
export async function followPlaces(
  tx: Tx,
  configured: { name: string; connector: string; place?: string | undefined }[],
): Promise<void> {
  const names = configured.map((one) => one.name)
  const before = await tx.destination.findMany({ select: { name: true, connector: true, place: true } })
  for (const { name, connector, place } of configured) {
    if (!place || before.some((one) => one.name === name)) continue
    const former = before.find(
      (one) => one.place === place && one.connector === connector && !names.includes(one.name),
    )?.name
    if (former === undefined) continue
    await tx.destination.update({ where: { name: former }, data: { name } })
    for (const table of TABLES) {
      await tx.$executeRaw(
        Prisma.sql`update ${Prisma.raw(table)} set destination = ${name} where destination = ${former}`,
      )
    }
    // What staff were told of it they are told again by its new name, while it lasts.
    await tx.staffNote.deleteMany({ where: { key: { endsWith: `/${former}` } } })
  }
}
