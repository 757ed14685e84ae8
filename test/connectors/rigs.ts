import { openMailman } from './mailman.ts'

/** Every connector that speaks to a service, against a fake that behaves as the service does. */
export const RIGS = { mailman: openMailman }
