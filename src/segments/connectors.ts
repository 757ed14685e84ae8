import { resolve } from 'node:path'
import { z } from 'zod'
import { csv } from './csv.ts'
import type { Connector, SegmentStore } from './segment-store.ts'

/** Every connector there is. */
export const connectors: Connector[] = [csv]

/** A destination as it was configured, with the words of its settings. */
interface Wanted {
  name: string
  connector: string
  settings: Record<string, string>
}

/** Opens each destination's segment store with its settings, or says which setting is wrong. */
export function openDestinations<T extends Wanted>(wanted: T[], now: () => Date): (T & { store: SegmentStore })[] {
  const folders = new Set<string>()
  return wanted.map((one) => {
    const connector = connectors.find(({ name }) => name === one.connector)
    if (!connector) {
      throw new BadDestination(
        `DESTINATIONS: ${one.name}: there is no connector “${one.connector}”. There are: ${connectors.map(({ name }) => name).join(', ')}.`,
      )
    }
    const settings = connector.settings.safeParse({ ...folderOf(one.name), ...one.settings })
    if (!settings.success) throw new BadDestination(`${one.name}: ${z.prettifyError(settings.error)}`)
    const folder = typeof settings.data.DIR === 'string' ? resolve(settings.data.DIR) : undefined
    if (folder !== undefined && folders.has(folder)) {
      throw new BadDestination(
        `${one.name}: another destination writes to ${folder} already. Who said yes to one purpose would stand in the files of the other: set ${one.name.toUpperCase()}_DIR.`,
      )
    }
    if (folder !== undefined) folders.add(folder)
    return { ...one, store: connector.open(settings.data, now) }
  })
}

/** Each destination but the first has a folder of its own, so that purposes do not mix. */
function folderOf(name: string): { DIR?: string } {
  return name === 'files' ? {} : { DIR: `./data/segments-${name}` }
}

/** A destination that can't be opened as it is configured. */
export class BadDestination extends Error {}
