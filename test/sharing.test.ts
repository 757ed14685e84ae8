import { expect, test } from 'vitest'
import { codeFor, onStage, openStage, type Stage, sharer } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
})

const held = async (slug = 'parents') =>
  ((await stage.files())[`${slug}.csv`] ?? '')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0])

test('what was agreed is shown with its date and its words', async () => {
  const dia = await sharer(stage, 'dia', 'parents')
  const shown = await dia.types('/sharing parents')
  expect(shown).toContain('Parents: on')
  expect(shown).toContain('You said yes on Mon 5 Jan 2026, 12:00 (UTC) (pressed Yes)')
  expect(shown).toContain('May the Museum write to you about Parents?')
  expect(shown).toContain('16 or older')
  expect(shown).toContain('https://museum.example/privacy')
})

test('off takes it back everywhere, on gives it again with words that were shown', async () => {
  const dia = await sharer(stage, 'dia', 'parents')
  expect(await held()).toEqual(['dia@example.org'])
  expect(await dia.types('/sharing parents off')).toContain('taken back')
  expect(await held()).toEqual([])
  expect(await dia.types('/sharing parents off')).toContain('nothing to take back')
  expect(await dia.types('/sharing parents on')).toContain('Thank you')
  expect(await held()).toEqual(['dia@example.org'])
  expect(await dia.types('/sharing parents on')).toContain('on already')
})

test('"on" without ever having seen the question shows it first', async () => {
  const gus = stage.actor('gus')
  await stage.read(async (store) => store.organization.save({ ...(await store.organization.get()), privacyNotice: '' }))
  await gus.types('/join parents')
  await stage.read(async (store) =>
    store.organization.save({ ...(await store.organization.get()), privacyNotice: 'https://museum.example/p' }),
  )
  expect(await gus.types('/sharing parents on')).toContain('[Yes] [Not now]')
  expect(
    await stage.read(
      async (store) =>
        (
          await store.directions.of(
            (await store.memberships.list(await id(store, 'parents'), 'member', 9)).find((one) => one.name === 'gus')
              ?.personId ?? '',
          )
        ).length,
    ),
  ).toBe(0)
})

const id = async (store: Parameters<Parameters<Stage['read']>[0]>[0], slug: string) =>
  (await store.communities.find(slug, slug, ''))?.id ?? ''

test('all communities can be turned off, and on, together', async () => {
  await stage
    .actor('ana')
    .types('/start-community Sketchers need:"people who draw, so that we can draw together" pledges:1')
  const dia = await sharer(stage, 'dia', 'parents')
  await dia.types('/join sketchers')
  await dia.presses('Yes')
  expect(await held('sketchers')).toEqual(['dia@example.org'])
  await dia.types('/sharing all off')
  expect([...(await held()), ...(await held('sketchers'))]).toEqual([])
  expect(await dia.types('/sharing all on')).toContain('May the Museum write to you about Sketchers?')
  await dia.presses('Yes to all')
  expect([...(await held()), ...(await held('sketchers'))]).toHaveLength(2)
})

test('nobody is asked before there is a privacy notice, and staff are told once', async () => {
  const bare = await openStage({ organization: null })
  await bare.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  expect(await bare.actor('dia').types('/join parents')).toBe("You're in: Parents.")
  expect(await bare.actor('sam!').types('/status')).toContain('there is no privacy notice to link to')
  await bare.actor('sam!').types('/setup name:Zoo privacy:https://zoo.example/p')
  expect(await bare.actor('sam!').types('/status')).toContain('Nothing needs you')
  expect(await bare.actor('eva').types('/join parents')).toContain('May Zoo write to you about Parents?')
  await bare.close()
})

test('a button answers the words it stood under, or nothing', async () => {
  const dia = stage.actor('dia')
  await dia.types('/join parents')
  await stage.actor('sam!').types('/setup recipient:"the Museum with Mailchimp"')
  expect(await dia.presses('Yes')).toContain('The question has changed')
  expect(await dia.presses('Yes')).toContain('the Museum with Mailchimp may write to you')
})

test('another recipient is another question: those who agreed to the old one leave the files', async () => {
  await sharer(stage, 'dia', 'parents')
  expect(await held()).toEqual(['dia@example.org'])
  await stage.actor('sam!').types('/setup recipient:"somebody else"')
  expect(await held()).toEqual([])
  await stage.actor('sam!').types('/setup recipient:"the Museum"')
  expect(await held()).toEqual(['dia@example.org'])
})

test('a new address replaces the old one in the files', async () => {
  const dia = await sharer(stage, 'dia', 'parents')
  await dia.types('/email dia@new.example')
  await dia.types(`/email ${codeFor(stage, 'dia@new.example')}`)
  expect(await held()).toEqual(['dia@new.example'])
})

test('nobody else sees what a person agreed to', async () => {
  await sharer(stage, 'dia', 'parents')
  expect(await stage.actor('eva').types('/sharing')).toContain('Nobody is told anything about you')
  expect(await stage.actor('eva').types('/sharing parents')).toContain('You are not in Parents')
})

test('yes to all counts for what was listed, and not for what came to it since', async () => {
  await stage.actor('ana').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
  const dia = await sharer(stage, 'dia', 'parents')
  await dia.types('/sharing parents off')
  expect(await dia.types('/sharing all on')).not.toContain('Cooks')
  await dia.types('/join cooks')
  await dia.presses('Not now', 'Cooks')
  expect(await dia.presses('Yes to all')).toContain('has changed since')
  expect([await held(), await held('cooks')]).toEqual([[], []])
  await dia.presses('Yes to all', 'Cooks')
  expect([await held(), await held('cooks')]).toEqual([['dia@example.org'], ['dia@example.org']])
})
