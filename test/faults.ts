/** When a fault strikes. */
export interface Timing {
  /** How many requests it strikes; 1 unless told. */
  times?: number
  /** How many such requests are left in peace first. */
  after?: number
}

/** Faults that wait for their request, and deliveries that are to be repeated. */
export function faultsWaiting<F extends Timing>() {
  const waiting: { place: string; fault: F; peace: number; left: number }[] = []
  let duplicates = 0
  return {
    add(place: string, fault: F): void {
      waiting.push({ place, fault, peace: fault.after ?? 0, left: fault.times ?? 1 })
    },

    /** What strikes a request that goes by these names, if anything. */
    strike(...names: string[]): F | undefined {
      const found = waiting.find((one) => one.left > 0 && names.some((name) => name.includes(one.place)))
      if (!found) return undefined
      if (found.peace > 0) {
        found.peace -= 1
        return undefined
      }
      found.left -= 1
      return found.fault
    },

    /** The next delivery is sent this many times more. */
    duplicateNext(times = 1): void {
      duplicates = times
    },

    /** How often this delivery is to be sent more. */
    takeDuplicates(): number {
      const taken = duplicates
      duplicates = 0
      return taken
    },

    /** Faults that have not struck yet. */
    waiting: () => waiting.filter(({ left }) => left > 0).map(({ place, left }) => ({ place, left })),

    clear(): void {
      waiting.length = 0
      duplicates = 0
    },
  }
}
