import { expect, test } from 'vitest'
import { codeFor, onStage, type Stage } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  for (const name of ['"Parents United"', 'Cooks']) {
    await stage
      .actor('fay')
      .types(`/start-community ${name} need:"people who would like to meet, so that we can" pledges:1`)
  }
})

const ADDRESS = 'family@example.org'

/** They prove the address, and are shown what they are shown. */
async function proves(name: string): Promise<string> {
  await stage.actor(name).types(`/email ${ADDRESS}`)
  return stage.actor(name).types(`/email ${codeFor(stage, ADDRESS)}`)
}

const told = (name: string, workspace = 'main') =>
  stage.outputs.flatMap((one) => ('shown' in one && one.to === name && one.workspace === workspace ? [one.shown] : []))

/** Ana proves the address with both of her accounts, and says with both that they are hers. */
async function bothSayYes(): Promise<void> {
  for (const account of ['ana', 'ana#den']) await proves(account)
  for (const account of ['ana', 'ana#den']) await stage.actor(account).presses('Yes, one person')
}

/** The rooms her accounts are in, as workspace/room/account. */
async function roomsOfAna(): Promise<string[]> {
  const all = await stage.read((store) => store.rooms.known('terminal'))
  const mine = all.filter((one) => one.account === 'ana')
  return mine.map(({ workspace, room, account }) => `${workspace}/${room}/${account}`).sort()
}

const rows = async (slug: string) => ((await stage.files())[`${slug}.csv`] ?? '').trim().split('\n').slice(1)

test('two who prove one address are both asked, and nothing changes while they are', async () => {
  await stage.actor('ana').types('/join parents-united')
  await proves('ana')
  const asked = await proves('ben')
  expect(asked).toContain('Is that you?')
  expect(asked).toContain('The address f...@example.org is also used by an account on terminal.')
  expect(told('ana').at(-1)?.card?.title).toBe('Is that you?')
  expect(await stage.actor('ben').types('/my')).toContain('Communities: None yet.')
})

test('who share a mailbox say so, both keep the address, and neither is asked again or sees the other', async () => {
  const [ana, ben] = [stage.actor('ana'), stage.actor('ben')]
  await ana.types('/join parents-united')
  await ana.presses('Yes', 'May the Museum')
  await proves('ana')
  await proves('ben')
  expect(await ana.presses('No, we share it')).toContain('two people share this address')
  expect(await ben.presses('Yes, one person')).toContain('said that you share the address')
  await ben.types('/join parents-united')
  await ben.presses('Yes', 'May the Museum')
  expect(await rows('parents-united')).toHaveLength(2)
  expect(await proves('ben')).not.toContain('Is that you?')
  expect(await ben.types('/my data')).not.toContain('ana')
  expect(await ana.types('/my data')).not.toContain('ben')
})

test('two yeses make one person of them, and each account sees what was the other’s', async () => {
  const [ana, den] = [stage.actor('ana'), stage.actor('ana#den')]
  await ana.types('/join parents-united')
  await ana.presses('Yes', 'May the Museum')
  await den.types('/join cooks')
  await den.presses('Yes', 'May the Museum')
  await proves('ana')
  await proves('ana#den')
  expect(await rows('cooks')).toHaveLength(1)
  expect(await ana.presses('Yes, one person')).toContain('Once the other account says yes too')
  expect(await den.presses('Yes, one person')).toContain('Your accounts are one person here')
  expect(told('ana').at(-1)?.text).toContain('Your accounts are one person here')
  for (const account of [ana, den]) expect(await account.types('/my')).toContain('Communities: Parents United, Cooks')
  // One number stands for them now, in both.
  const [parents = '', cooks = ''] = [(await rows('parents-united'))[0], (await rows('cooks'))[0]]
  expect(parents.split(',')[1]).toBe(cooks.split(',')[1])
  expect(await rows('cooks')).toHaveLength(1)
  // Each account is let into the rooms of its workspace.
  expect(await roomsOfAna()).toEqual(['den/cooks/ana', 'main/cooks/ana', 'main/parents-united/ana'])
})

test('within 30 days it can be undone, and each has their own again', async () => {
  const [ana, den] = [stage.actor('ana'), stage.actor('ana#den')]
  await ana.types('/join parents-united')
  await den.types('/join cooks')
  await den.presses('Yes', 'May the Museum')
  await bothSayYes()
  await stage.sleep('29d')
  await ana.types('/my data')
  expect(await ana.presses('Undo uniting my accounts')).toContain('two people here again')
  expect(await ana.types('/my')).toContain('Communities: Parents United')
  expect(await ana.types('/my')).not.toContain('Cooks')
  expect(await den.types('/my')).toContain('Communities: Cooks')
  expect(await rows('cooks')).toHaveLength(1)
  expect(await roomsOfAna()).toEqual(['den/cooks/ana', 'main/parents-united/ana'])
})

test('after 30 days it stands for good', async () => {
  const [ana, den] = [stage.actor('ana'), stage.actor('ana#den')]
  await den.types('/join cooks')
  await den.presses('Yes', 'May the Museum')
  await bothSayYes()
  await ana.types('/my data')
  await stage.sleep('32d')
  expect(await ana.presses('Undo uniting my accounts')).toContain("That can't be undone any more.")
  expect(await ana.types('/my')).toContain('Communities: Cooks')
  expect(await ana.types('/my data')).not.toContain('Undo uniting')
  expect(await rows('cooks')).toHaveLength(1)
})

test('a question nobody answered within a day is over, and proving the address again puts it anew', async () => {
  await proves('ana')
  await proves('ben')
  await stage.pass('25h')
  expect(await stage.actor('ana').presses('Yes, one person')).toContain('That question is over.')
  expect(await proves('ben')).toContain('Is that you?')
})

test('hidden communities come along only if one says so', async () => {
  const [ana, ben, cem] = [stage.actor('ana'), stage.actor('ben'), stage.actor('cem')]
  await ben.types(
    '/start-community Secrets need:"people who would rather not say, so that we can" pledges:1 visibility:secret',
  )
  await proves('ana')
  const asked = await proves('ben')
  expect(asked).toContain('You are in 1 community nobody else can find')
  await ana.presses('Yes, one person')
  await ben.presses('Yes, my hidden ones stay behind')
  expect(await ana.types('/my')).not.toContain('Secrets')
  expect(await ben.types('/my')).not.toContain('Secrets')

  await cem.types(
    '/start-community Surprise need:"people who would rather not say, so that we can" pledges:1 visibility:secret',
  )
  await proves('cem')
  await cem.presses('Yes, and take them along')
  // Ana is asked on one of her two accounts.
  await ben.presses('Yes, one person')
  expect(await ana.types('/my')).toContain('Surprise')
})

test('where both were members each is one again after undoing, and who looked after it still does', async () => {
  const [fay, ben] = [stage.actor('fay'), stage.actor('ben')]
  await ben.types('/join cooks')
  await proves('fay')
  await proves('ben')
  await fay.presses('Yes, one person')
  await ben.presses('Yes, one person')
  expect(await ben.types('/my communities')).toContain('Cooks: You are a member and look after it.')
  await fay.types('/my data')
  await fay.presses('Undo uniting my accounts')
  expect(await ben.types('/my communities')).toContain('Cooks: You are a member. Leave')
  expect(await fay.types('/my communities')).toContain('Cooks: You are a member and look after it.')
})
