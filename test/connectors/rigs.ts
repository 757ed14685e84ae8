import { openGhost } from './ghost.ts'
import { openHubspot } from './hubspot.ts'
import { openKlaviyo } from './klaviyo.ts'
import { openListmonk } from './listmonk.ts'
import { openMailman } from './mailman.ts'
import { openSegmentSpec } from './segment-spec.ts'

/** Every connector that speaks to a service, against a fake that behaves as the service does. */
export const RIGS = {
  ghost: openGhost,
  hubspot: openHubspot,
  klaviyo: openKlaviyo,
  listmonk: openListmonk,
  mailman: openMailman,
  segment: openSegmentSpec,
}
