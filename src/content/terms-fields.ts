import { ANSWERED_BY, RHYTHMS } from '../core/agreement.ts'
import { choice, integer, text } from '../option.ts'

/** What an agreement says about what is sent, as a form asks for it; a field left blank stays as it is. */
export const whatFields = {
  topics: text('Topics sent without asking, between commas; or none', { max: 300 }).optional(),
  formats: text('Formats: article, event, offer, questions, other; or none', { max: 100 }).optional(),
  answers: choice('Who answers everything else: organizers or ballot', ANSWERED_BY).optional(),
}

/** What it says about when and how often. */
export const whenFields = {
  'per-month': integer('Messages a month at most', 0, 60).optional(),
  silence: text('Silence, such as: Sunday, 21:00 to 8:00; or none', { max: 100 }).optional(),
  digest: choice('Digest: weekly, fortnightly, monthly or never', RHYTHMS).optional(),
}
