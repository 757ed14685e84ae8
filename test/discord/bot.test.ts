import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ASKED } from './interactions.ts'
import { MAY } from './permissions.ts'
import type { Shown } from './shown.ts'
import { type DiscordStage, openDiscordStage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'

let stage: DiscordStage
let guild: ReturnType<DiscordStage['fake']['guild']>
let ana: ReturnType<typeof guild.member>
let ben: ReturnType<typeof guild.member>
/** What may fail inside in a test; by its end nothing else has. */
let expected: number

beforeEach(async () => {
  stage = await openDiscordStage()
  guild = stage.fake.guild('Museum')
  ana = guild.member('ana')
  ben = guild.member('ben')
  expected = 0
})
afterEach(async () => {
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures.map(({ where, error }) => `${where}: ${error}`)).toHaveLength(expected)
  await stage.close()
})

/** A community that is open, with ana in it. */
async function parents(): Promise<void> {
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
  await stage.settle()
}

/** Ben joins it, knowing who sees the room. */
async function joins(): Promise<Shown> {
  await ben.types('join', { community: 'parents-united' })
  return ben.presses('Join')
}

/** What somebody was last told in private by Kindred itself. */
const toldInPrivate = (who: typeof ana): Shown | undefined => who.inDm().sees().at(-1)

describe('on Discord', () => {
  test('the invite link carries what is used, and commands are registered once', async () => {
    const [, bits = '0'] = /permissions=(\d+)/.exec(stage.printed.join()) ?? []
    expect(BigInt(bits) & (MAY.CreateEvents | MAY.CreatePublicThreads)).toBe(MAY.CreateEvents | MAY.CreatePublicThreads)
    expect(BigInt(bits) & (MAY.Administrator | MAY.ManageEvents | MAY.MentionEveryone)).toBe(0n)
    expect(stage.printed.join()).toMatch(/scope=bot(\+|%20)applications\.commands/)
    const writes = () => stage.fake.requests.filter(({ method, route }) => method === 'PUT' && /commands/.test(route))
    expect(writes()).toHaveLength(1)
    await stage.bot.stop()
    stage.another().start()
    await stage.until(() => stage.printed.length === 2)
    expect(writes()).toHaveLength(1)
  })

  test('a server from before goes on without what Kindred asks for since, and its staff read what that is', async () => {
    guild.deny(MAY.CreateEvents | MAY.CreatePublicThreads)
    await parents()
    const eva = guild.member('eva', { staff: true })
    expect((await eva.types('staff rooms')).text).toContain(
      "Give Kindred's role in Server Settings, Roles: Create Events",
    )
    expect(guild.find('parents-united')).toBeDefined()
  })

  test('a community opens, people join by name and say whether the organization may know', async () => {
    await parents()
    const before = await ben.types('join', { community: 'parents-united' })
    expect(before.isPrivate).toBe(true)
    expect(before.text).toContain("members, and the server's administrators and moderators, see who is in it")
    expect(before.buttons).toEqual(['Join', 'Join without the room'])
    const joined = await ben.presses('Join')
    expect(joined.isPrivate).toBe(true)
    expect(joined.text).toContain("You're in: **Parents United**.")
    expect(joined.buttons).toEqual(['Yes', 'Not now', 'What exactly?'])
    const yes = await ben.presses('Yes', 'May the Museum')
    expect(yes.isPrivate).toBe(true)
    expect(yes.text).toContain('From now on **the Museum** may write to you')
    await stage.settle()
    const room = guild.channels().find(({ name }) => name === 'parents-united')
    expect(
      ben
        .in(room?.id ?? '')
        .sees()
        .map(({ text }) => text)
        .join(),
    ).toContain('Welcome to **Parents United**')
    const cem = guild.member('cem')
    expect(cem.in(room?.id ?? '').sees()).toEqual([])
  })

  test('a form asks for what was left out, and what people type neither formats nor pings', async () => {
    const form = await ana.types('start-community', { pledges: 2 })
    expect(form.kind).toBe('form')
    expect(form.form?.fields.map(({ name }) => name)).toEqual(['name', 'need', 'tags', 'visibility', 'sensitive'])
    const wanted = await ana.fills({ name: 'Bold **Parents**', need: `@everyone <@${ben.id}> ${NEED}` })
    expect(wanted.text).toContain('is wanted')
    await stage.settle()
    const card = ben.sees().at(-1)
    expect(card?.isPrivate).toBe(false)
    expect(card?.text).toContain('Bold \\*\\*Parents\\*\\*')
    expect(card?.text).toContain('\\@everyone \\<\\@')
    expect((await ben.presses('Pledge')).text).toContain('Once it opens it has a room')
    const pledged = await ben.presses('Pledge')
    expect(pledged.isPrivate).toBe(true)
    expect(pledged.text).toContain('That was the last pledge it needed')
    // A card is drawn once a second at most.
    stage.fake.pass(1_500)
    await stage.settle()
    expect(
      ben
        .sees()
        .map(({ text }) => text)
        .join(),
    ).toContain('It is open.')
    expect(toldInPrivate(ana)?.text).toContain('has opened, and you are in')
  })

  test('an address is proven with the code from the mail', async () => {
    await parents()
    await joins()
    await ben.presses('Yes', 'May the Museum')
    await ben.inDm().types('email', { address: 'ben@example.org' })
    await stage.settle()
    const code = /\d{6}/.exec(stage.mails.at(-1)?.text ?? '')?.[0] ?? ''
    const form = await ben.presses('Enter the code')
    expect(form.form?.title).toBe('The code from the mail')
    const proven = await ben.fills({ [form.form?.fields[0]?.name ?? '']: code })
    expect(proven.text).toContain('is yours')
    expect(proven.text).toContain('Parents United')
  })

  test('leaving closes the room, and can be undone', async () => {
    await parents()
    await joins()
    await stage.settle()
    const room = guild.channels().find(({ name }) => name === 'parents-united')?.id ?? ''
    expect(ben.in(room).sees()).not.toEqual([])
    const left = await ben.types('leave', { community: 'parents-united' })
    expect(left.buttons).toContain('Undo')
    await stage.settle()
    expect(ben.in(room).sees()).toEqual([])
    await ben.presses('Undo')
    await stage.settle()
    expect(ben.in(room).sees()).not.toEqual([])
  })

  test('who writes in private is who wrote in the server, and gets their own file', async () => {
    await parents()
    const mine = await ana.inDm().types('my')
    expect(mine.isPrivate).toBe(true)
    expect(mine.text).toContain('Parents United')
    await ana.inDm().types('my', { part: 'data' })
    const given = await ana.presses('Everything as a file')
    expect(JSON.parse(given.files[0]?.text ?? '{}')).toMatchObject({
      accounts: [{ platform: 'discord', workspace: '', alsoIn: [guild.id] }],
    })
  })

  test('long lists are paged', async () => {
    for (let i = 10; i < 32; i++)
      await stage.read((store) =>
        store.communities.start(
          {
            id: store.communities.newId(stage.fake.now()),
            slug: `club-${i}`,
            name: `Club ${i}`,
            need: NEED,
            tags: [],
            visibility: 'open',
            sensitive: false,
            pledgesNeeded: 2,
            platform: 'discord',
            workspace: guild.id,
            place: null,
            state: 'seed',
            founderId: '',
            deadline: new Date(stage.fake.now().getTime() + 86_400_000),
          },
          stage.fake.now(),
        ),
      )
    const first = await ben.types('communities')
    expect(first.buttons).toContain('More')
    const second = await ben.presses('More')
    expect(second.text).not.toBe(first.text)
    expect(second.message?.id).toBe(first.message?.id)
    expect(await ben.completes('join', 'community', 'club')).toHaveLength(25 - 3)
  })

  test("a name being typed is completed: one's own first, hidden ones for nobody outside", async () => {
    await parents()
    await ana.types('start-community', { name: 'Parents in Secret', need: NEED, pledges: 1, visibility: 'secret' })
    await ben.types('start-community', { name: 'Parents of Twins', need: NEED, pledges: 1 })
    expect(await ben.completes('join', 'community', 'PAR')).toEqual([
      { name: 'Parents of Twins', value: 'parents-of-twins' },
      { name: 'Parents United', value: 'parents-united' },
    ])
    expect((await ana.completes('leave', 'community', '')).map(({ name }) => name)).toContain('Parents in Secret')
  })

  test('staff commands are shown to staff, and refused to whoever types them all the same', async () => {
    const eva = guild.member('eva', { staff: true })
    expect((await eva.types('staff status')).text).not.toContain('Only staff')
    await expect(ana.types('staff status')).rejects.toThrow('not offered')
    // An administrator may show the menu to everybody; who is staff is decided here all the same.
    const { world, commands, interactions } = stage.fake
    const [user, menu] = [world.users.get(ana.id), commands.find('staff', null)]
    if (!user || !menu) throw new Error('there is no such person or menu')
    const sent = { id: menu.id, name: 'staff', type: 1, options: [{ type: 1, name: 'status', options: [] }] }
    const forced = interactions.open({ type: ASKED.command, user, channel: guild.general }, sent)
    const outcome = await interactions.outcome(forced, 10_000)
    expect(outcome?.kind === 'message' && outcome.message.content).toBe('Only staff of the organization can do that.')
  })

  test('the same interaction twice acts once', async () => {
    await parents()
    stage.fake.faults.duplicateNext()
    expect((await joins()).text).toContain("You're in")
    expect(stage.fake.refusals()).toEqual([])
    const callbacks = stage.fake.requests.filter(({ route }) => route.includes('/callback')).length
    // Two for opening it, and one each for typing and pressing, though one of them came twice.
    expect(callbacks).toBe(3)
  })

  test('an answer arrives though the connection broke and Discord had a bad moment', async () => {
    await parents()
    stage.fake.faults.next('/callback', { drop: 'after' })
    stage.fake.faults.next('PATCH /webhooks', { status: 503, times: 5 })
    expect((await joins()).text).toContain("You're in")
    expected = stage.failures.length
    expect(expected).toBeLessThanOrEqual(1)
  })

  test('who waits too long is told nothing was done, and nothing was', async () => {
    await parents()
    stage.fake.faults.next('/callback', { delayMs: 300 })
    const late = ben.types('join', { community: 'parents-united' })
    await stage.until(() => stage.fake.faults.waiting().length === 0)
    stage.fake.pass(3_500)
    expect((await late).text).toBe('The application did not respond')
    await stage.until(() => stage.failures.length === 1)
    expect((await joins()).text).toContain("You're in")
    expected = 1
  })
})
