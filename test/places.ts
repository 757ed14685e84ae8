import { readdir, readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { csv } from '../src/segments/csv.ts'
import { type Fault, rehearsed } from '../src/segments/rehearsal.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import type { Asked, Said } from './said.ts'
import { createWitness, type Held, personOf, type Witness } from './witness.ts'

/** A report that failed is tried again within an hour. */
export const RETRIED_WITHIN_MS = 61 * 60_000

/** A destination as the world knows it, besides what it witnessed. */
export interface Place {
  name: string
  connector: string
  purpose: Asked['purpose']
  recipient?: string
  witness: Witness
  store: SegmentStore
  suffer(fault: Fault): void
  /** Staff resumed it, in case it refused the key. */
  resumed(): void
  asked(): Asked
  /** Until when changes may still be on their way. */
  troubledUntil: number
  /** Who is held and should not be, since which piece of work. */
  late: Map<string, number>
}

const rowSchema = z.object({ email: z.string(), person: z.string(), since: z.string(), direction: z.string() })
export type Row = Omit<Held, 'revision'>

/** The two destinations of a world: the files, and a desk that is told in small batches; both watched. */
export function createPlaces(said: Said, folder: string, now: () => Date): Place[] {
  const placeOf = (one: Pick<Place, 'name' | 'connector' | 'purpose' | 'recipient'>, behind?: SegmentStore): Place => {
    const { name, purpose, recipient } = one
    const asked = () => ({ purpose, recipient: recipient ?? said.recipient() })
    const witness = createWitness({
      name,
      ...(behind && { behind }),
      objection(op, segment, person, entry) {
        const may = said.may(asked(), person, segment)
        if (op === 'out') return said.ever(purpose, person, segment) ? undefined : 'nobody had ever let it know'
        if (!may) return 'nobody lets it know'
        return may.email === entry.email ? undefined : `the address is ${may.email}`
      },
    })
    const { store, suffer } = rehearsed(witness.store)
    let fault: Fault = 'up'
    /** It refused the key, so that it may be paused until staff resume it. */
    let mayBePaused = false
    const change = () => {
      const wasTroubled = place.troubledUntil === Number.POSITIVE_INFINITY
      if (fault !== 'up' || mayBePaused) place.troubledUntil = Number.POSITIVE_INFINITY
      else if (wasTroubled) place.troubledUntil = now().getTime() + RETRIED_WITHIN_MS
    }
    const place: Place = {
      ...one,
      asked,
      witness,
      store,
      troubledUntil: 0,
      late: new Map(),
      suffer(next) {
        suffer(next)
        fault = next
        mayBePaused ||= next === '401'
        change()
      },
      resumed() {
        mayBePaused = fault === '401'
        change()
      },
    }
    return place
  }
  return [
    placeOf({ name: 'files', connector: 'csv', purpose: 'letters' }, csv.open({ DIR: folder }, now)),
    placeOf({ name: 'desk', connector: 'memory', purpose: 'service', recipient: 'the Front Desk' }),
  ]
}

/** All rows of the CSV destination's files. */
export async function rowsIn(folder: string): Promise<[string, Row][]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.csv'))
  const all = await Promise.all(
    files.map(async (file) => {
      const rows = rowSchema.array().parse(parse(await readFile(`${folder}/${file}`, 'utf8'), { columns: true }))
      return rows.map(({ since, ...row }): [string, Row] => [
        `${file.slice(0, -4)}/${personOf(row.email)}`,
        { ...row, since: Date.parse(since) },
      ])
    }),
  )
  return all.flat()
}
