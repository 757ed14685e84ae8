/** What Discord writes between angle brackets, which no one who reads it ever sees so. */
const MARKS: [RegExp, string][] = [
  // Whoever is mentioned did not ask to be named elsewhere.
  [/<@[!&]?\d+>/g, 'someone'],
  [/<a?(:\w+:)\d+>/g, '$1'],
  [/<(\/[^:>]+):\d+>/g, '$1'],
  [/<(https?:\/\/[^>\s]+)>/gi, '$1'],
]

/** A message as plain words: without Discord's marks for people, channels, times and emoji, and without its escapes. */
export function messageWords(content: string, channelName: (id: string) => string | undefined): string {
  return MARKS.reduce((words, [mark, instead]) => words.replace(mark, instead), content)
    .replace(/<#(\d+)>/g, (_, id: string) => `#${channelName(id) ?? 'channel'}`)
    .replace(/<t:(\d{1,10})(?::\w)?>/g, (_, seconds: string) => dayOf(Number(seconds)))
    .replace(/\\([*_~`|>#\\-])/g, '$1')
}

const dayOf = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 10)
