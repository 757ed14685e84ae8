import type { Bare } from './bare.ts'

/** A peer that did less than the router would only seem fast: all parties must have left the same rows behind. */
export async function checkSameOutcome({ query }: Bare, parties: string[]): Promise<void> {
  const outcomes = await Promise.all(
    parties.map(async (party) => JSON.stringify((await query(OUTCOME, [`${party}-%`]))[0])),
  )
  const [first] = outcomes
  if (outcomes.every((outcome) => outcome === first)) return
  throw new Error(`the parties did not do the same: ${parties.map((party, n) => `${party} ${outcomes[n]}`).join('; ')}`)
}

const OUTCOME = `
  with who as (select person_id from accounts where external_id like $1)
  select
    (select count(*)::int from deliveries where id like $1 and answer is not null) as answered,
    (select string_agg(distinct state || source || (left_at is null), ',') from memberships join who using (person_id)) as memberships,
    (select count(*) || ' said, ' || count(standing) || ' standing' from directions join who using (person_id)) as directions,
    (select count(*)::int from questions join who using (person_id)) as questions,
    (select count(*) || ' ' || sum(revision) || min(wanted || reason) from reports join who using (person_id)) as reports,
    (select count(*) || ' ' || sum(revision) || min(wanted) from room_places join who using (person_id)) as places`
