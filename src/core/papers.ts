/** The ballot papers of a ranked count, piled by the option each stands for now: a million of them take a few flat arrays. */
export interface Papers {
  /** Moves each paper of an option's pile to the next option it names that may receive it, or to none (-1). */
  move(from: number, may: (option: number) => boolean, worth: (value: number) => number): Moved
  /** The votes each option holds, in units. */
  first: number[]
  /** How many papers there are. */
  count: number
}

/** What moving a pile did: units given to each option, and units on papers that name nobody who is left. */
export interface Moved {
  to: number[]
  exhausted: number
}

/** One vote in units: the fifth decimal, which is as far as values are counted (rule 48(3) of the Order). */
export const VOTE = 100_000

/** Piles papers by the first option they name among those that stand. Every paper names one, and has a value of one vote. */
export function pile(
  orders: readonly { order: readonly number[]; times: number }[],
  options: number,
  isStanding: (option: number) => boolean,
): Papers {
  const starts = new Uint32Array(orders.length + 1)
  let total = 0
  for (let i = 0; i < orders.length; i++) {
    total += orders[i]?.order.length ?? 0
    starts[i + 1] = total
  }
  const names = new Uint16Array(total)
  const times = new Float64Array(orders.length)
  let at = 0
  orders.forEach((paper, i) => {
    for (const option of paper.order) names[at++] = option
    times[i] = paper.times
  })
  const cursors = starts.slice(0, -1)
  const values = new Uint32Array(orders.length).fill(VOTE)
  const below = new Int32Array(orders.length).fill(-1)
  const tops = new Int32Array(options).fill(-1)

  /** Lays a paper on the pile of the next option that may have it, from its cursor on. */
  const lay = (paper: number, may: (option: number) => boolean): number => {
    const end = starts[paper + 1] ?? 0
    let cursor = cursors[paper] ?? end
    while (cursor < end && !may(names[cursor] ?? -1)) cursor++
    cursors[paper] = cursor
    if (cursor === end) return -1
    const option = names[cursor] ?? -1
    below[paper] = tops[option] ?? -1
    tops[option] = paper
    return option
  }

  const first = new Array<number>(options).fill(0)
  let count = 0
  for (let paper = 0; paper < orders.length; paper++) {
    const option = lay(paper, isStanding)
    if (option < 0) continue
    const papers = times[paper] ?? 0
    first[option] = (first[option] ?? 0) + papers * VOTE
    count += papers
  }
  return {
    first,
    count,
    move(from, may, worth) {
      const moved: Moved = { to: new Array<number>(options).fill(0), exhausted: 0 }
      let paper = tops[from] ?? -1
      tops[from] = -1
      while (paper >= 0) {
        const next = below[paper] ?? -1
        const value = worth(values[paper] ?? 0)
        values[paper] = value
        const units = value * (times[paper] ?? 0)
        const option = lay(paper, may)
        if (option < 0) moved.exhausted += units
        else moved.to[option] = (moved.to[option] ?? 0) + units
        paper = next
      }
      return moved
    },
  }
}
