/** A claimed report: what the destination is to be told of one person in one segment. */
export interface ClaimedReport {
  personId: string
  personKey: string
  /** Empty where the destination must go on holding it for somebody else. */
  email: string
  /** Other addresses that it may hold of them here, and should not. */
  earlier: string[]
  /** What the destination calls them, and what it called them by an earlier address. */
  id: string | null
  earlierId: string | null
  /** Which of the person's proven addresses it is. */
  emailVersion: number
  communityId: string
  communityName: string
  segment: string
  /** What the destination calls the segment's list or tag. */
  segmentId: string | null
  /** Every address by which it is known to have held them here; empty where that is not known. */
  heldAs: string[]
  /** Whether it may hold people nothing is known of here, since a restore. */
  mayHold: boolean
  destination: string
  wanted: 'in' | 'out'
  reason: 'joined' | 'left' | 'erased'
  since: Date
  directionId: string | null
  revision: number
  changedAt: Date
  attempts: number
  firstFailedAt: Date | null
  /** Why it had failed for good before staff had it tried again. */
  failedFor: string | null
}
