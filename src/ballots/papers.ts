import type { BallotKind } from '../core/ballot.ts'
import type { Paper } from './paper.ts'
import { approvalPaper } from './paper-approval.ts'
import { consentPaper } from './paper-consent.ts'
import { rankedPaper } from './paper-ranked.ts'
import { singlePaper } from './paper-single.ts'
import { timePaper } from './paper-time.ts'

/** How each kind is voted on. */
export const PAPERS: Record<BallotKind, Paper> = {
  single: singlePaper,
  approval: approvalPaper,
  ranked: rankedPaper,
  consent: consentPaper,
  time: timePaper,
}
