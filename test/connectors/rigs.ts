import { openHubspot } from './hubspot.ts'
import { openKlaviyo } from './klaviyo.ts'
import { openMailman } from './mailman.ts'
import { openSegmentSpec } from './segment-spec.ts'

/** Every connector that speaks to a service, against a fake that behaves as the service does. */
export const RIGS = {
  hubspot: openHubspot,
  klaviyo: openKlaviyo,
  mailman: openMailman,
  segment: openSegmentSpec,
}
