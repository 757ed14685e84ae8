import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDigest } from '../src/content/digest.ts'
import type { Mail, Mailer } from '../src/mail.ts'
import { connect } from '../src/store/connection.ts'
import type { DatabasePlace } from '../src/store/database.ts'
import { foundElectorate } from './electorate.ts'
import { type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { openStage, type Stage } from './stage.ts'

/** How many get the digest by mail; .ci/run has more of them on PostgreSQL. */
const READERS = Number(process.env.READERS ?? 200)
const TIMEOUT_MS = 120_000 + READERS * 60
/** One in so many has voted; the answer to one mail in so many is lost after it was taken. */
const VOTED = 3
const LOST = 50
const DUE = '2026-02-02T10:00:00Z'

let folder: string
let own: OwnDatabase | undefined
let stage: Stage | undefined
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-digest-`)
  own = server ? await ownDatabase(server) : undefined
})
afterEach(async () => {
  await stage?.close()
  await own?.drop()
  await rm(folder, { recursive: true, force: true })
})

test(`a digest for ${READERS} with what is theirs in it: made once, whole, and told to nobody twice`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const place: DatabasePlace = own?.place ?? { kind: 'folder', folder: `${folder}/data` }
  const { community, now } = await foundElectorate(place, READERS)
  const sql = await connect(place, now)
  await sql.run(`update people set email = name || '@example.org', email_proven_at = created_at where id like 'p%'`)
  await sql.run(
    `insert into notice_choices (person_id, kind, way) select id, 'digest', 'mail' from people where id like 'p%'`,
  )
  await sql.close()

  const taken: Mail[] = []
  const lost = new Set<string>()
  /** Takes every mail; sometimes the house does not hear of it, and sends it again. */
  const mailer: Mailer = {
    async send(mail) {
      taken.push(mail)
      if (taken.length % LOST !== 0 || lost.has(mail.messageId)) return
      lost.add(mail.messageId)
      throw new Error('no answer')
    },
    close: () => undefined,
  }
  const open = () => openStage({ place, destinations: [], mailer, chance: 0 })
  stage = await open()
  const ana = stage.actor('ana')
  // The first time is only worked out.
  await stage.sleep('2026-01-31T12:00:00Z')
  await ana.types(`/ballot "Where do we meet?" options:"The zoo; The park" kind:single community:${community}`)
  await ana.presses('Open it')
  const awaiting = await stage.read((store) => store.ballots.awaiting('p0', stage?.now() ?? now))
  const ballot = awaiting.find(({ question }) => question === 'Where do we meet?')
  // An embedded database is opened by one at a time.
  await stage.close()
  const voting = await connect(place, now)
  await voting.run(
    `update ballot_voters set voted = true where ballot_id = '${ballot?.id}' and substr(person_id, 2)::int % ${VOTED} = 0 and person_id like 'p%'`,
  )
  await voting.close()
  stage = await open()
  await stage.sleep('2026-01-31T13:00:00Z')

  // A house that dies before the end leaves nothing of it.
  const at = new Date(DUE)
  const began = performance.now()
  const died = stage.database.transaction(async (store) => {
    await makeDigest(store, community, at)
    throw new Error('died on purpose')
  })
  await expect(died).rejects.toThrow('died on purpose')
  const madeMs = performance.now() - began
  expect(taken).toHaveLength(0)

  await stage.sleep(DUE)
  await stage.pass('1d')
  const news = taken.filter(({ subject }) => subject.includes('The digest of a community'))
  const messages = new Map(news.map((mail) => [mail.messageId, mail]))
  expect(messages.size).toBe(READERS)
  expect(new Set([...messages.values()].map(({ to }) => to)).size).toBe(READERS)
  expect(news.length - messages.size).toBe(lost.size)
  for (const { to, text } of messages.values()) {
    const hasVoted = Number(/voter-(\d+)@/.exec(to)?.[1]) % VOTED === 0
    // They are asked what they want to receive, too.
    const own = /Where do we meet\?, until [^\n]*\((you have .*voted)\)/.exec(text)?.[1]
    expect([to, own]).toEqual([to, hasVoted ? 'you have voted' : 'you have not voted'])
  }
  const rooms = stage.outputs.filter((output) => 'room' in output && JSON.stringify(output).includes('News of'))
  expect(rooms).toHaveLength(1)
  console.log(`made for ${READERS} in ${Math.round(madeMs)} ms; ${news.length} mails, ${lost.size} of them again`)
})
