import { afterEach, beforeEach, expect, test } from 'vitest'
import { address } from '../src/reply.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { opened, personCalled } from './lookup.ts'
import { allTables, openRaw, type Raw } from './raw.ts'
import { MUSEUM, openStage, type Stage, textOf } from './stage.ts'
import { becomeOne, proves, undoes } from './two-accounts.ts'

let raw: Raw
let stage: Stage
let ballotId: string
let acts = 0
beforeEach(async () => {
  raw = await openRaw()
  stage = await openStage({ place: raw.place })
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
  await raw.close()
})

/** Ana asks those who have joined in secret. */
async function asks(names: string[], more = ''): Promise<void> {
  await opened(stage)
  for (const name of names) await stage.actor(name).types('/join parents-united')
  await stage.actor('ana').types(`/ballot "Who speaks for us?" options:"Ben; Cem" secret:yes ${more}`)
  await stage.actor('ana').presses('Open it')
  ballotId = String((await raw.sql('select id from ballots'))[0]?.id)
}

const answered = (name: string, pressed: string, id = `act/${++acts}`) =>
  stage.router.press(deliveryOf(id, name, stage.now()), pressed)
const cast = (m: string, x?: string) => address('vote.cast', { b: ballotId, m, ...(x && { x }) })
const votes = async (name: string, m = '0', x?: string) => wordsOf(await answered(name, cast(m, x)))
const receiptIn = (words: string) => /Your receipt: ([0-9A-Z]{26})/.exec(words)?.[1] ?? ''
const allOf = async (table: string) => raw.sql(`select * from ${table}`)
const inRoom = () => stage.outputs.filter((one) => 'room' in one && one.room === 'parents-united').map(textOf)

/** What an act wrote, as tables and columns; the delivery's own row apart. */
async function writtenBy(act: () => Promise<unknown>): Promise<Record<string, Record<string, unknown>[]>> {
  const before = await allTables(raw)
  await act()
  const written: Record<string, Record<string, unknown>[]> = {}
  for (const [table, rows] of await allTables(raw)) {
    const known = new Set(before.get(table)?.map((row) => `${row.transaction} ${row.text}`))
    const fresh = rows.filter((row) => !known.has(`${row.transaction} ${row.text}`))
    if (fresh.length > 0) written[table] = fresh.map(({ columns }) => columns)
  }
  return written
}

test('a secret vote writes that somebody voted, apart from it what was chosen, and a delivery that tells nothing', async () => {
  await asks(['ben', 'cem'])
  const ben = await personCalled(stage, 'ben')
  const written = await writtenBy(() => answered('ben', cast('1'), 'of-ben'))
  expect(Object.keys(written).sort()).toEqual(['ballot_voters', 'ballot_votes', 'deliveries'])
  expect(written.ballot_voters).toEqual([{ ballot_id: ballotId, person_id: ben.id, voted: true }])
  const nothing = { person_id: null, reason: null, delegated: false, at: null }
  const key = expect.stringMatching(/^[0-9A-Z]{26}$/)
  expect(written.ballot_votes).toEqual([{ ballot_id: ballotId, key, vote: { option: 1 }, ...nothing }])
  expect(written.deliveries).toEqual([{ id: 'of-ben', expires_at: expect.any(String), answer: null }])
})

test('nor does a changed one, or one that is refused', async () => {
  await asks(['ben', 'cem'])
  const receipt = receiptIn(await votes('ben'))
  const changed = await writtenBy(() => votes('ben', '1', receipt))
  expect(Object.keys(changed).sort()).toEqual(['ballot_votes', 'deliveries'])
  expect(changed.deliveries).toMatchObject([{ answer: null }])
  expect(await writtenBy(() => votes('ben', '0', '0'.repeat(26)))).toEqual({})
})

test('nobody is asked anything else beside it', async () => {
  const { privacyNotice: _, ...noNotice } = MUSEUM
  await stage.read((store) => store.organization.save({ ...noNotice, privacyNotice: '' }))
  await asks(['ben', 'cem'])
  await stage.read((store) => store.organization.save(MUSEUM))
  expect(await votes('ben')).not.toContain('May the Museum')
  expect(await allOf('questions')).toEqual([])
  expect(wordsOf(await answered('ben', address('vote.open', { b: ballotId })))).toContain('You have voted, in secret')
})

test('the same press delivered again is answered without the receipt, and does not vote again', async () => {
  await asks(['ben', 'cem'])
  expect(receiptIn(wordsOf(await answered('ben', cast('1'), 'twice')))).not.toBe('')
  expect(wordsOf(await answered('ben', cast('1'), 'twice'))).toBe('That was done already.')
  expect(await allOf('ballot_votes')).toHaveLength(1)
  const both = await Promise.all([answered('cem', cast('0'), 'at-once'), answered('cem', cast('0'), 'at-once')])
  expect(both.map(wordsOf).filter((words) => receiptIn(words) !== '')).toHaveLength(1)
  expect(await allOf('ballot_votes')).toHaveLength(2)
})

test('nothing but the right receipt changes a vote, and the vote of whoever has none stands', async () => {
  await asks(['ben', 'cem'])
  const receipt = receiptIn(await votes('ben'))
  expect(await votes('ben', '1')).toContain('You have voted on “Who speaks for us?” already, in secret.')
  expect(await votes('ben', '1', `${receipt.slice(0, 25)}${receipt.endsWith('0') ? '1' : '0'}`)).toContain('No vote')
  expect(await allOf('ballot_votes')).toMatchObject([{ vote: { option: 0 } }])
  expect(await votes('ben', '1', receipt)).toContain('Changed')
  expect(await allOf('ballot_votes')).toMatchObject([{ vote: { option: 1 } }])
})

test('no button and no address shows anybody how it stands before the close', async () => {
  await asks(['ben', 'cem', 'dia', 'eva'])
  expect(await stage.actor('ana').types('/ballot "And what?" options:"A; B" secret:yes results:vote')).toContain(
    'shown only when it closes',
  )
  for (const name of ['ana', 'ben', 'cem', 'dia', 'eva']) await votes(name)
  for (const name of ['ana', 'ben'])
    for (const press of ['vote.outcome', 'vote.who', 'vote.steps', 'vote.export']) {
      const answer = await answered(name, address(press, { b: ballotId }))
      expect([press, answer.refused]).toEqual([press, true])
      expect(wordsOf(answer)).not.toMatch(/Chosen|Decided|\d/)
    }
  expect(wordsOf(await answered('ana', address('ballot.manage', { b: ballotId })))).not.toMatch(/Chosen|Decided/)
  expect(inRoom().join('\n')).not.toMatch(/Chosen|Decided/)
})

test('an organizer of a sensitive community is shown no sooner than others how it stands', async () => {
  await opened(stage)
  await stage.actor('sam!').types('/sensitive parents-united')
  await stage.actor('sam!').presses('Make it sensitive')
  await stage.actor('ana').types('/ballot "Where do we meet?" options:"The zoo; The park" results:vote')
  await stage.actor('ana').presses('Open it')
  ballotId = String((await raw.sql('select id from ballots'))[0]?.id)
  expect(await votes('ana')).toContain('Counted')
  expect(wordsOf(await answered('ana', address('vote.outcome', { b: ballotId })))).toContain('not shown yet')
})

test.each([
  [4, false],
  [5, true],
])('%i secret votes are told in figures: %s', async (people, isTold) => {
  await asks(['ben', 'cem', 'dia', 'eva', 'fay'])
  for (const name of ['ana', 'ben', 'cem', 'dia', 'eva'].slice(0, people)) await votes(name, name < 'd' ? '0' : '1')
  await stage.pass('8d')
  const outcome = await answered('ana', address('vote.outcome', { b: ballotId }))
  const said = `${wordsOf(outcome)}\n${inRoom().findLast((words) => words.includes('Decided')) ?? ''}`
  expect(said).toContain('Chosen: Ben')
  const { table, chart } = outcome.content.card ?? {}
  expect([table, chart].map((one) => one !== undefined)).toEqual([isTold, isTold])
  expect(/ballots were cast|Seal|%/.test(said)).toBe(isTold)
  const file = await answered('ana', address('vote.export', { b: ballotId }))
  expect(file.content.file !== undefined).toBe(isTold)
  if (isTold) expect(file.content.file?.text).not.toMatch(/ana|ben|cem/)
})

test('of accounts that became one person’s while it was open both votes stand, and the outcome says so', async () => {
  await asks(['ben', 'cem', 'dia', 'eva', 'fay'])
  for (const name of ['ana', 'ben', 'cem', 'dia', 'eva']) await votes(name)
  for (const name of ['ben', 'cem']) await proves(stage, name)
  await becomeOne(stage, 'ben', 'cem')
  await stage.pass('8d')
  const said = wordsOf(await answered('ana', address('vote.outcome', { b: ballotId })))
  expect(said).toContain('5 ballots were cast')
  expect(said).toContain('1 person was found to have several accounts while it was open; all of their votes count.')
})

test('which is not said where that was undone before the close', async () => {
  await asks(['ben', 'cem', 'dia', 'eva', 'fay'])
  for (const name of ['ana', 'ben', 'cem', 'dia', 'eva']) await votes(name)
  for (const name of ['ben', 'cem']) await proves(stage, name)
  await becomeOne(stage, 'ben', 'cem')
  expect(await votes('cem', '1')).toContain('You have voted')
  await undoes(stage, 'ben')
  await stage.pass('8d')
  const said = wordsOf(await answered('ana', address('vote.outcome', { b: ballotId })))
  expect(said).toContain('5 ballots were cast')
  expect(said).not.toContain('several accounts')
})

test('whoever is forgotten leaves a number and no row that says they voted', async () => {
  await asks(['ben', 'cem', 'dia', 'eva'])
  for (const name of ['ana', 'ben', 'cem', 'dia', 'eva']) await votes(name)
  const ben = await personCalled(stage, 'ben')
  await stage.actor('ben').types('/my')
  await stage.actor('ben').presses('Forget me')
  await stage.actor('ben').presses('Yes, forget me')
  expect(JSON.stringify(await allOf('ballot_voters'))).not.toContain(ben.id)
  await stage.pass('8d')
  expect(wordsOf(await answered('ana', address('vote.outcome', { b: ballotId })))).toContain('5 ballots were cast')
})

test('so does whoever leaves a sensitive community, who can’t vote there again', async () => {
  await asks(['ben', 'cem', 'dia', 'eva'])
  await stage.actor('sam!').types('/sensitive parents-united')
  await stage.actor('sam!').presses('Make it sensitive')
  await votes('ben', '1')
  const ben = await personCalled(stage, 'ben')
  expect(JSON.stringify(await allOf('ballot_voters'))).toContain(ben.id)
  await stage.actor('ben').types('/leave parents-united')
  expect(JSON.stringify(await allOf('ballot_voters'))).not.toContain(ben.id)
  expect(await allOf('ballot_votes')).toMatchObject([{ vote: { option: 1 }, person_id: null }])
  await stage.actor('ben').types('/join parents-united')
  await stage.actor('ben').presses('Yes, join')
  expect(await votes('ben')).toContain('not among those who may vote')
})
