/** What Discord takes at most, as its documentation and API description say; nothing else in this folder names a limit. */
export const LIMITS = {
  content: 2_000,
  embedTitle: 256,
  embedDescription: 4_096,
  embedFields: 25,
  embedFieldName: 256,
  embedFieldValue: 1_024,
  /** All words of all embeds of a message together. */
  embedsInAll: 6_000,
  buttonsInARow: 5,
  rows: 5,
  buttonLabel: 80,
  modalTitle: 45,
  modalLabel: 45,
  modalDescription: 100,
  modalInput: 4_000,
  selectPlaceholder: 150,
  choices: 25,
  choiceName: 100,
  stringOption: 6_000,
  nonce: 25,
  roleName: 100,
  /** In a server; some are left for its own people. */
  roles: 250,
  rolesLeft: 5,
  channels: 500,
  channelsLeft: 10,
  channelsInCategory: 50,
  /** People let into a channel one by one, and people in a thread; some are left for whom its own people let in. */
  overwrites: 1_000,
  overwritesLeft: 50,
  threadMembers: 1_000,
  threadMembersLeft: 50,
  channelName: 100,
  channelTopic: 1_024,
} as const

/** Cuts words to a length, at the end of a word where one is near. */
export function clipped(words: string, max: number): string {
  if (words.length <= max) return words
  const cut = words.slice(0, max - 1)
  const space = cut.lastIndexOf(' ')
  const end = space > max * 0.6 ? space : max - 1
  // Half a surrogate pair, or half an escape, would show as something else.
  return `${cut.slice(0, end).replace(/[\ud800-\udbff\\]+$/, '')}…`
}

/** Cuts a text into pieces of a length, between lines where that is possible, else between words. */
export function pieces(text: string, max: number): string[] {
  const found: string[] = []
  let rest = text
  while (rest.length > max) {
    const window = rest.slice(0, max)
    const at = [window.lastIndexOf('\n'), window.lastIndexOf(' ')].find((end) => end > max / 2)
    const piece = at === undefined ? window.replace(/[\ud800-\udbff\\]+$/, '') : window.slice(0, at)
    found.push(piece)
    rest = rest.slice(at === undefined ? piece.length : at + 1)
  }
  return rest || found.length === 0 ? [...found, rest] : found
}

/** Divides things into groups of a size. */
export function groups<T>(things: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(things.length / size) }, (_, i) => things.slice(i * size, (i + 1) * size))
}
