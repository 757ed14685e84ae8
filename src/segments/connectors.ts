import { createHash } from 'node:crypto'
import { z } from 'zod'
import { brevo } from './brevo.ts'
import { csv } from './csv.ts'
import { deskApi } from './desk-api.ts'
import { areHookSecrets, generalHook } from './general-hook.ts'
import { ghost } from './ghost.ts'
import { hubspot } from './hubspot.ts'
import { klaviyo } from './klaviyo.ts'
import { listmonk } from './listmonk.ts'
import { mailchimp } from './mailchimp.ts'
import { mailman } from './mailman.ts'
import { segmentSpec } from './segment-spec.ts'
import type { Connector, SegmentStore } from './segment-store.ts'
import { table } from './table.ts'
import { webhook } from './webhook.ts'

/** Every connector there is. */
export const connectors: Connector[] = [
  csv,
  table,
  webhook,
  deskApi,
  segmentSpec,
  hubspot,
  klaviyo,
  mailchimp,
  brevo,
  ghost,
  listmonk,
  mailman,
]

/** A destination as it was configured, with the words of its settings. */
interface Wanted {
  name: string
  connector: string
  settings: Record<string, string>
}

/** Opens each destination's segment store with its settings, or says which setting is wrong. */
export function openDestinations<T extends Wanted>(
  wanted: T[],
  now: () => Date,
): (T & { place: string; byAddress: boolean; fields: string; store: SegmentStore })[] {
  const places = new Map<string, string>()
  return wanted.map((one) => {
    const connector = connectors.find(({ name }) => name === one.connector)
    if (!connector) {
      throw new BadDestination(
        `DESTINATIONS: ${one.name}: there is no connector “${one.connector}”. There are: ${connectors.map(({ name }) => name).join(', ')}.`,
      )
    }
    const settings = connector.settings.safeParse({ ...folderOf(one.name), ...one.settings })
    if (!settings.success) throw new BadDestination(`${one.name}: ${z.prettifyError(settings.error)}`)
    const place = `${connector.name} ${connector.place(settings.data, one.name)}`
    const other = places.get(place)
    if (other !== undefined) {
      throw new BadDestination(
        `${one.name}: it would write to the same place as ${other}. Who said yes to one purpose would be known to the other: look at the settings that begin with ${one.name.toUpperCase()}_.`,
      )
    }
    places.set(place, one.name)
    // Hashed, since an address may hold a password.
    const hashed = createHash('sha256').update(place).digest('base64url')
    const store = withHook(connector.open(settings.data, now), one, now)
    const { byAddress, fields } = connector
    return { ...one, place: hashed, byAddress, fields, store }
  })
}

/** What knows no way of its own to tell us anything does so by the general one, where it was given a secret for it. */
function withHook(store: SegmentStore, { name, settings }: Wanted, now: () => Date): SegmentStore {
  const { HOOK_SECRET } = settings
  if (store.hear || !HOOK_SECRET) return store
  if (!areHookSecrets(HOOK_SECRET)) {
    throw new BadDestination(
      `${name.toUpperCase()}_HOOK_SECRET: should be whsec_ and at least 24 bytes in base64. Make one: echo whsec_$(head -c 24 /dev/urandom | base64)`,
    )
  }
  // Whoever writes it may well tell of everybody who is not there any more.
  return { ...store, hear: generalHook(HOOK_SECRET, now), echoes: true }
}

/** Each destination but the first has a folder of its own, so that purposes do not mix. */
function folderOf(name: string): { DIR?: string } {
  return name === 'files' ? {} : { DIR: `./data/segments-${name}` }
}

/** A destination that can't be opened as it is configured. */
export class BadDestination extends Error {}
