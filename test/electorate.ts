import { connect } from '../src/store/connection.ts'
import type { DatabasePlace } from '../src/store/database.ts'
import { MAIN } from '../src/terminal/print.ts'
import { foundParents } from './parents.ts'
import { MUSEUM, openStage } from './stage.ts'

/**
 * Founds Parents United with so many members besides Ana, `voter-0` and so on, who were asked all that members are asked;
 * let in by one statement each, since their joining is not what is looked at.
 */
export async function foundElectorate(place: DatabasePlace, voters: number): Promise<{ community: string; now: Date }> {
  const stage = await openStage({ place, destinations: [] })
  const now = stage.now()
  const { id: community } = await foundParents(stage)
  await stage.runner.runDue()
  await stage.close()
  const sql = await connect(place, now)
  const at = `'${now.toISOString()}'`
  const each = (insert: string, values: string) =>
    sql.run(`insert into ${insert} select ${values} from generate_series(0, ${voters - 1}) i`)
  try {
    await each('people (id, key, name, created_at, last_seen_at)', `'p' || i, 'k' || i, 'voter-' || i, ${at}, ${at}`)
    await each(
      'accounts (id, person_id, platform, workspace, external_id, name)',
      `'a' || i, 'p' || i, 'terminal', '${MAIN}', 'voter-' || i, 'voter-' || i`,
    )
    await each(
      'memberships (person_id, community_id, state, source, since)',
      `'p' || i, '${community}', 'member', 'command', ${at}`,
    )
    await each(
      'questions (person_id, community_id, purpose, recipient, wording_version, at)',
      `'p' || i, '${community}', 'letters', '${MUSEUM.recipient}', '1', ${at}`,
    )
    await sql.run('analyze')
  } finally {
    await sql.close()
  }
  return { community, now }
}
