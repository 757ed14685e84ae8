/** How a community's room is carried where a platform has several ways; `none` is none at all. */
export const CARRIERS = ['channel', 'thread', 'forum', 'role', 'public', 'none'] as const
export type Carrier = (typeof CARRIERS)[number]

/** The carriers that each platform has, where it has several. A channel is private; a public one is open to all. */
export const CARRIERS_OF: Readonly<Record<string, readonly Carrier[]>> = {
  discord: ['channel', 'thread', 'forum', 'role', 'none'],
  slack: ['channel', 'public', 'none'],
}

/** The carrier where staff chose none, by platform. Platforms left out have one way only, and it shows nobody. */
export const DEFAULT_CARRIERS: Readonly<Record<string, Carrier>> = { discord: 'channel', slack: 'channel' }

/** Who sees who is in a room, for whoever is about to enter it. */
export type SeenBy = 'nobody' | 'members' | 'everyone'

/** Who sees the people in a room of a carrier: a role stands in everybody's profile; a forum and a public channel are open to all. */
export function seenBy(carrier: Carrier): SeenBy {
  switch (carrier) {
    case 'channel':
    case 'thread':
      return 'members'
    case 'forum':
    case 'role':
    case 'public':
      return 'everyone'
    case 'none':
      return 'nobody'
    default:
      return carrier satisfies never
  }
}

/**
 * Who will see whoever enters a community's rooms, the widest of all: `carriers` are those of the rooms, null where staff
 * chose nothing. Only an open community's room may be seen by everyone.
 */
export function seenIn(platform: string, carriers: (Carrier | null)[], isPrivate: boolean): SeenBy {
  const usual = DEFAULT_CARRIERS[platform]
  if (!usual) return 'nobody'
  const all = carriers
    .map((carrier) => carrier ?? usual)
    .map((carrier) => (isPrivate && carrier !== 'none' ? 'thread' : carrier))
  const seen = all.map(seenBy)
  return seen.find((one) => one === 'everyone') ?? seen.find((one) => one === 'members') ?? 'nobody'
}

/** Who sees people in a room, as somebody read it who then chose to enter. */
export type Told = Exclude<SeenBy, 'nobody'>

/** What a room was made as; without an id there is none, since staff wanted none or no carrier had space. */
export interface RoomMade {
  id: string | null
  carrier?: Carrier
  role?: string
  /** What it is really called there. */
  name?: string
}
