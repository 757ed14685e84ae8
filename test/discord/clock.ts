/** The fake's own time: the machine's or a given one, and what tests let pass on top of it. */
export interface Clock {
  now(): number
  iso(): string
  /** Milliseconds that never stand still, for rates: the client waits in real time. */
  ticks(): number
  pass(ms: number): void
}

/** 2015-01-01, from which snowflakes count. */
const EPOCH = 1_420_070_400_000n

export function createClock(given: () => Date = () => new Date()): Clock {
  let passed = 0
  const now = () => given().getTime() + passed
  return {
    now,
    iso: () => new Date(now()).toISOString(),
    ticks: () => performance.now() + passed,
    pass(ms) {
      passed += ms
    },
  }
}

/** Draws ids that hold the time they were made at, each higher than the one before. */
export function snowflakes(clock: Clock): () => string {
  let last = 0n
  return () => {
    const fresh = (BigInt(clock.now()) - EPOCH) << 22n
    last = fresh > last ? fresh : last + 1n
    return String(last)
  }
}
