import { type Logger, LogLevel } from '@slack/bolt'

const nothing = () => undefined

/** A log nobody reads, for tests that break things on purpose. */
export const quiet: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
}
