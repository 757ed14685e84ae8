/** What is counted of a campaign, each as a total. */
export const COUNTED = ['sent', 'opened', 'clicked', 'bought', 'unsubscribed', 'bounced', 'complained'] as const
export type Counted = (typeof COUNTED)[number]

/** More than this no total comes to. */
export const TOTAL_MAX = 2_000_000_000
