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
  return wanted.map((one) => {
    const connector = connectors.find(({ name }) => name === one.connector)
    if (!connector) {
      throw new BadDestination(
        `DESTINATIONS: ${one.name} has no connector “${one.connector}”. There are: ${connectors.map(({ name }) => name).join(', ')}.`,
      )
    }
    const settings = connector.settings.safeParse(one.settings)
    if (!settings.success) {
      const [issue] = settings.error.issues
      throw new BadDestination(`${one.name.toUpperCase()}_${String(issue?.path[0] ?? '')}: ${issue?.message ?? ''}`)
    }
    return { ...one, store: connector.open(settings.data, now) }
  })
}

/** A destination that can't be opened as it is configured. */
export class BadDestination extends Error {}
