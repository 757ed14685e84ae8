import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command } from '../src/command.ts'
import { kindOf, NOTICE_KINDS } from '../src/core/notice.ts'
import { EVERYWHERE } from '../src/core/person.ts'
import { plainPen, write } from '../src/core/say.ts'
import { TOPIC_STATES } from '../src/core/topic.ts'
import { vanishedNote, vanishedText } from '../src/destination-vanished.ts'
import type { OptionShape } from '../src/option.ts'
import { ADDRESS_MAX, address, readAddress } from '../src/reply.ts'
import { MAIN } from '../src/terminal/print.ts'
import { render } from '../src/terminal/render.ts'
import { deliveryOf } from './delivery.ts'
import { NEED } from './lookup.ts'
import { manySharers } from './sharers.ts'
import { codeFor, MUSEUM, openStage, type Stage, sharer } from './stage.ts'

/** Whichever platform takes less (platforms.md, sections 2 and 3). */
const LIMITS = {
  commandName: /^[-_'\p{Ll}\p{N}]{1,32}$/u,
  description: 100,
  options: 25,
  choices: 25,
  wholeCommand: 8000,
  formFields: 5,
  // Slack; Discord takes 45.
  formTitle: 24,
  // Slack; Discord takes 80.
  buttonLabel: 75,
  buttons: 25,
}

const ULID = '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'

/** The longest value of each argument that buttons carry. */
const LONGEST: Record<string, string> = {
  c: ULID,
  p: ULID,
  community: ULID,
  // A draft, or a destination.
  d: 'Z'.repeat(26),
  // The short name of a question's words.
  q: '_'.repeat(12),
  i: 'ZZZZ-ZZZZ',
  // A kind of effect, or of notice.
  k: 'looking-after',
  n: '10000',
  // What was looked for; longer words are a draft.
  s: 'Z'.repeat(40),
  // The terms were shown in full; hidden communities come along.
  f: '1',
  h: 'snooze',
  // Into the room, or not.
  r: 'outside',
  // A server (Discord's numbers have up to 20 digits), and whether it is ours.
  w: '9'.repeat(20),
  o: 'yes',
  // A topic or a key, a ballot, what was chosen on it so far, and the receipt of a secret vote.
  t: ULID,
  b: ULID,
  m: 'j'.repeat(20),
  x: 'Z'.repeat(26),
  e: '999',
  // A question about two accounts, a yes.
  u: ULID,
  y: ULID,
  // One of a series or all that follow, whether the many who are gone have left; and guests one brings.
  a: 'left',
  g: '20',
  // Whether something was worth it.
  v: '1',
}

/** The same, of one button: a letter may stand for something else there. */
const OF_MEETUPS: Record<string, string> = { m: ULID, y: '1' }
const OF_CONTENT: Record<string, string> = { i: ULID, g: 'promote-product' }
const longestOf = (name: string, arg: string) =>
  (name.startsWith('meetup') && OF_MEETUPS[arg]) ||
  (/^(agreement|board|delivered)/.test(name) && OF_CONTENT[arg]) ||
  LONGEST[arg]

/** A community's name of the greatest length, like no other in its letters. */
const named = (beginning: string) => beginning.padEnd(60, beginning.slice(0, 1))
const [WAITING, ALIKE, QUIET, ASKED, JOINED, TURNED] = ['1 waits', '2', '3 quiet', '4 asked', 'a', 'b'].map(named)
/** The second is much like the first; there is more than a page of the others. */
const TOPICS = ['Storytime', 'Story time', 'Museum nights', 'Paper craft', 'Old trains', 'Roman coins', 'Dinosaurs']
const MANY = [...'abcdefghijklmnopqrstuv'].map(named)

let stage: Stage
let commands: Command[]
let buttons: { label: string; press: string }[] = []
const onServers: typeof buttons = []

beforeAll(async () => {
  stage = await openStage()
  commands = stage.commands
  await everyButton()
  await everyButtonOfContent()
  await everyButtonOfServers()
  buttons = stage.outputs.flatMap((output) => ('shown' in output ? (output.shown.buttons ?? []) : []))
  buttons.push(...onServers)
}, 400_000)
afterAll(() => stage.close())

/** What communities receive: agreed on, offered, asked, and owed. */
async function everyButtonOfContent(): Promise<void> {
  const to = named('z')
  const offers = Array.from({ length: 6 }, (_, i) => [
    `@sam! /offer "Piece ${i}" inform "${to}" "Read on" topic:Stories`,
    `@sam! [Offer it] "Piece ${i}"`,
  ])
  const lines = [
    `@kim /start-community "${to}" ${NEED} pledges:1`,
    `@lou /join "${to}"`,
    `@kim /agreement "${to}"`,
    '@kim [Propose another agreement]',
    '@kim [Change what is sent]',
    '@kim {"topics": "Stories", "formats": "article"}',
    '@kim [Change when and how often]',
    '@kim {"per-month": "9", "silence": "none"}',
    `@kim /agreement "${to}"`,
    '@kim [Propose another agreement]',
    '@kim [Ask the members]',
    '@kim [Yes, agreed]',
    '@lou [Yes, agreed]',
    '+8d',
    `@kim /agreement "${to}"`,
    ...offers.flat(),
    '@kim [What was sent]',
    '@kim [More]',
    '@kim [Piece 5]',
    `@kim /agreement "${to}"`,
    '@kim [Propose another agreement]',
    '@kim [Change when and how often]',
    '@kim {"per-month": "3"}',
    '@kim [Ask the members]',
    '@kim [Yes, agreed]',
    '+8d',
    `@kim /agreement "${to}"`,
    '@kim [Earlier agreements]',
    ...Array.from({ length: 9 }, (_, i) => [
      `@sam! /ask "What about thing ${i}?" ${i % 2 ? 'try' : i ? 'input' : 'quote'} "${to}" "3 weeks"`,
      `@sam! [Ask] "thing ${i}"`,
      ...(i < 8 ? [`@kim [Accept] "thing ${i}"`] : []),
    ]).flat(),
    '+90d',
    `@kim /agreement "${to}"`,
    '@kim [Offered to us]',
    '@kim [Count me in] "thing 3"',
    '@kim [Answer] "thing 4"',
    '@kim {"answer": "Louder"}',
    `@kim /agreement "${to}"`,
    '@kim [What was sent]',
    '@kim [What about thing 4?]',
    '@sam! /offer list',
    '@sam! [More]',
    '@sam! [Piece 0]',
    `@sam! /offer "Not wanted" renew "${to}" "Buy now" offer`,
    '@sam! [Offer it] "Not wanted"',
    '@sam! /offer list',
    '@sam! [Not wanted]',
    '@lou /propose "A place for prams"',
    '@kim /topics',
    '@kim [Support needed: 5]',
    '@kim {"support": "1"}',
    '@kim /ballot "What first?" "topics; Longer hours" single "3 days"',
    '@kim [Open it]',
    '@lou [A place for prams] "What first"',
    '+4d',
    '@sam! /delivered',
    '@sam! [More]',
    '@sam! [A place for prams]',
    '@sam! /delivered',
    '@sam! [What about thing 0?]',
    '@sam! /board',
    '@sam! [More communities]',
    '@sam! [Inform]',
    '@sam! [Back]',
    '@sam! [What communities start with]',
    '@kim /my notices',
    '@kim [Mute or snooze a community]',
    `@kim [${to}]`,
  ]
  for (const line of lines) await stage.play(line)
}

/** Scenes in which every button is shown at least once. A new button needs a line here. */
async function everyButton(): Promise<void> {
  const start = (who: string, name: string | undefined, more: string) =>
    `@${who} /start-community "${name}" ${NEED} ${more}`
  const lines = [
    '@ana! /setup',
    '@ana! /setup approve:yes',
    start('ana', WAITING, 'pledges:2'),
    '@eva! /review',
    '@ana! /setup approve:no',
    start('ana', ALIKE, 'pledges:2'),
    start('ben', ALIKE, 'pledges:2'),
    start('ana', QUIET, 'pledges:1 sensitive:yes'),
    `@ben /join "${QUIET}"`,
    start('ana', ASKED, 'pledges:1 visibility:request'),
    `@cem /join "${ASKED}"`,
    '@cem [Say why]',
    '@cem {"reason": "two toddlers"}',
    ...MANY.map((name) => start('ana', name, 'pledges:1')),
    '@ana /sharing all on',
    '@ana [Yes to all]',
    '@ana /sharing',
    ...TOPICS.map((title) => `@ana /propose "${title}" community:"${JOINED}"`),
    `@ana /topics "${JOINED}"`,
    `@ana [${TOPICS[0]}]`,
    '@ana /leave reason:"moved away"',
    '@dia /communities',
    `@dia /about "${JOINED}"`,
    '@dia /email',
    '@dia /email dia@example.org',
    `@dia /join "${JOINED}"`,
    `@ana /leave "${JOINED}" reason:"${'moved away '.repeat(9)}"`,
    '@ana [Ask the others]',
    `@dia /leave "${JOINED}"`,
    `@dia /join "${JOINED}x"`,
    `@eva! /sensitive "${TURNED}"`,
  ]
  for (const line of lines) await stage.play(line)
  stage.suffer('files', 'down')
  await sharer(stage, 'gus', `"${named('c')}"`)
  await stage.pass('4d')
  await stage.read(async (store) => {
    await store.reports.retry('files', stage.now())
    const { lease: taken, rows: reports } = await store.reports.claim('files', 1, stage.now())
    await store.reports.finish(reports, taken, { stuck: 'no such address', isRefused: true }, stage.now())
    await store.posts.say({ platform: 'terminal', workspace: MAIN, place: 'lobby' }, {}, stage.now())
    const { lease, rows } = await store.posts.claim(1, stage.now())
    await store.posts.finish(rows[0]?.id ?? '', lease, { stuck: 'the channel was deleted' })
  })
  for (const line of ['/destinations files', '/status']) await stage.play(`@eva! ${line}`)
  for (const name of MANY.slice(2, 13)) await stage.play(`@ana /invite "${name}"`)
  await stage.play('@eva! /audit')
  await stage.play('@eva! [Earlier]')
  await stage.read((store) => store.destinations.pause('files', 'the key was refused', stage.now()))
  await stage.play('@eva! /status')
  await everyButtonOfTopics(named('d'))
  await everyButtonOfBallots(named('d'))
  await everyButtonOfOnesOwn()
  await everyButtonOfDestinations()
  await everyButtonOfMeetups(named('where we meet '))
  await everyButtonOfKeys()
}

/** What organizers say of a topic that a ballot chose, beside topics in all other states. */
async function everyButtonOfTopics(community: string): Promise<void> {
  // All but the one that is much like another.
  const titles = TOPICS.filter((title) => title !== 'Story time')
  for (const title of titles) await stage.play(`@ana /propose "${title}" community:"${community}"`)
  await stage.read(async (store) => {
    const found = await store.communities.find(community, '', '')
    const all = await store.topics.titles(found?.id ?? '')
    for (const [i, { id }] of all.entries())
      await store.topics.turn([id], ['proposed'], TOPIC_STATES[i] ?? 'proposed', stage.now())
  })
  await stage.play(`@ana /topics "${community}"`)
  await stage.play(`@ana /topics "${community}" state:chosen`)
  await stage.play(`@ana [${titles[TOPIC_STATES.indexOf('chosen')]}]`)
}

/** Ballots of all kinds of rules, on their way and decided; more of them than fit on a page. */
async function everyButtonOfBallots(community: string): Promise<void> {
  const asked = (question: string, rules: string) => `@ana /ballot "${question}" ${rules} community:"${community}"`
  const closed = (question: string) => [
    asked(question, 'options:"Zoo; Park; Lake" kind:ranked'),
    '@ana [Open it]',
    `@ana [Vote] "${question}"`,
    '@ana [Zoo]',
    '@ana [Vote in this order]',
    '@ana [Close early]',
    '@ana [Close it now]',
  ]
  const lines = [
    `@ben /join "${community}"`,
    ...['first', 'second', 'third', 'fourth', 'fifth', 'sixth'].flatMap((one) => closed(`The ${one} of them`)),
    '@ana /decisions',
    '@ana [More]',
    '@ana [The first of them]',
    asked('An open one', 'kind:consent reasons:optional'),
    '@ana [Open it]',
    '@ana [Close early]',
    '@ana [Leave it open]',
    '@ana [Withdraw]',
    '@ben [Agree] "An open one"',
    asked('A reasoned one', 'kind:consent reasons:asked'),
    '@ana [Open it]',
    ...['cyd', 'dan'].map((name) => `@${name} /join "${community}"`),
    asked('A secret one', 'options:"Zoo; Park" add-until:"2 days" secret:yes'),
    '@ana [Open it]',
    '@ben [Zoo] "A secret one"',
    '@ben [Park] "A secret one"',
    `@ana /delegate ben community:"${community}"`,
    '@ben [Accept]',
    asked('A draft of one', 'options:"Zoo; Park"'),
    '@ana /vote',
  ]
  for (const line of lines) await stage.play(line)
}

/** Meetups from a first idea to what is over, of one community and of two. */
async function everyButtonOfMeetups(community: string): Promise<void> {
  const planned = (title: string, when: string, more = '') =>
    `@wim /meetup "${title}" "${when}" community:"${community}" ${more}`
  const people = ['ivo', 'jan', 'kai', 'lea', 'max', 'nia', 'ole', 'pia', 'rik', 'sue', 'tom']
  const lines = [
    `@wim /start-community "${community}" ${NEED} pledges:1`,
    ...people.map((name) => `@${name} /join "${community}"`),
    `@zoe /start-community "Others who meet" ${NEED} pledges:1`,
    planned('Full house', 'in 5 days', 'capacity:3 guests:2'),
    '@wim [Announce it]',
    ...['ivo', 'jan', 'kai'].map((name) => `@${name} [Yes, I come] "Full house"`),
    '@ivo [Remind me]',
    '@ivo [More] "Full house"',
    '@jan [No reminder]',
    '@lea [Yes, I come] "Full house"',
    '@lea [Bring guests] "Full house"',
    '@lea [I bring 1 guest]',
    '@max [Yes, I come] "Full house"',
    '@jan [I can\'t come] "Full house"',
    '@max [Pass]',
    '@nia [Maybe] "Full house"',
    planned('A series', 'in 6 days', 'repeat:weekly times:3'),
    '@wim [Announce it]',
    '@wim [Cancel it]',
    '@wim [Leave it]',
    planned('Together', 'in 7 days', 'with:"Others who meet"'),
    '@wim [Announce it]',
    '@ivo /meetup "Proposed" "in 8 days"',
    '@ivo [Propose it]',
    '@wim [Look at it]',
    planned('When', 'in 9 days; in 10 days', 'capacity:4'),
    '@wim [Not this time]',
    ...Array.from({ length: 9 }, (_, i) => [planned(`Number ${i}`, `in ${20 + i} days`), '@wim [Announce it]']).flat(),
    '@wim /meetups',
    '@wim [More]',
    '@wim [Back]',
    '@wim [My own calendar]',
    '@wim /meetups',
    '@wim [Full house]',
    planned('Soon', 'in 1 hour'),
    '@wim [Announce it]',
    ...people.map((name) => `@${name} [Yes, I come] "Soon"`),
    '@wim /meetups',
    '@wim [Soon]',
    '@wim [Look after it]',
    '@wim [Who comes] "Soon"',
    '@wim [Who is there] "Soon"',
    '@ivo /meetups',
    '@ivo [Soon]',
  ]
  for (const line of lines) await stage.play(line)
  await stage.pass('4h')
  await stage.play('@wim [Look after it] "How was it"')
  await stage.pass('2d')
}

/** What people see of themselves, and of the other account with their address. */
async function everyButtonOfOnesOwn(): Promise<void> {
  const lines = [
    '@ana /my',
    '@ana [My communities]',
    '@ana [More]',
    '@ana /my data',
    '@ana [Pause everything]',
    '@ana /my zone',
    '@ana /my notices',
    ...NOTICE_KINDS.flatMap((kind) => ['@ana /my notices', `@ana [Change: ${write(kindOf(kind).label, plainPen)}]`]),
    '@ana [here, in private]',
    '@ana /my',
    '@ana [Forget me]',
  ]
  for (const line of lines) await stage.play(line)
  for (const name of ['ana', 'hal']) {
    await stage.play(`@${name} /email both@example.org`)
    await stage.play(`@${name} /email ${codeFor(stage, 'both@example.org')}`)
  }
  await stage.play('@hal [Yes, one person]')
  await stage.play('@ana [Yes, and take them along]')
  await stage.play('@ana /my data')
}

/** A destination connected late, one for another purpose, and one that would lose many at once. */
async function everyButtonOfDestinations(): Promise<void> {
  const connect = (recipient: string) =>
    stage.read(async (store) => {
      const one = { connector: 'csv', purpose: 'letters' as const }
      const desk = { name: 'desk', connector: 'csv', purpose: 'service' as const, recipient: 'W'.repeat(60) }
      await store.destinations.connect(
        [{ name: 'files', canList: true, ...one }, { name: 'late', ...one }, desk],
        recipient,
        stage.now(),
      )
    })
  await connect(MUSEUM.recipient)
  const parents = named('c')
  await stage.play(`@ana /sharing "${parents}" on`)
  await stage.play('@ana [Yes]')
  await stage.play(`@ana /sharing "${parents}"`)
  await stage.play('@eva! [Resume files]')
  stage.suffer('files', 'up')
  await manySharers(stage, 20, parents)
  await everyButtonOfOneDestination()
  await stage.play('@eva! /setup recipient:"the Gallery"')
  for (const line of ['/status', '/destinations files', '/destinations late']) await stage.play(`@eva! ${line}`)
}

/** One destination that can be compared, with more communities than fit on a page. */
async function everyButtonOfOneDestination(): Promise<void> {
  await stage.read(async (store) => {
    for (const name of MANY) {
      const found = await store.communities.find(name, '', '')
      await store.destinations.call('files', found?.id ?? '', `the list of ${name}`, stage.now())
    }
    await store.staffNotes.tell(vanishedNote('vanished', 'files'), vanishedText('vanished', 'files', 30), stage.now())
  })
  const lines = ['@eva! /destinations', '@eva! [More about files]', '@eva! [More communities]', '@eva! [Release only]']
  for (const line of lines) await stage.play(line)
}

/** Keys of the API, more of them than fit on a page, with the longest names. */
async function everyButtonOfKeys(): Promise<void> {
  for (const letter of 'abcdefghijklmnopqrstu') await stage.play(`@eva! /api-keys make:${letter.repeat(40)} for:files`)
  for (const line of ['/api-keys', '[More]', '[Back]', `[Remove ${'u'.repeat(40)}]`, '[Keep it]'])
    await stage.play(`@eva! ${line}`)
}

/** What is shown only where a platform has several ways to make a room. */
async function everyButtonOfServers(): Promise<void> {
  const act = async (
    name: string,
    command: string,
    raw: Record<string, string>,
    isStaff = false,
    platform = 'discord',
  ) => {
    const { account, ...given } = deliveryOf(`${platform}/${name}/${command}`, name, stage.now(), isStaff)
    const delivery = {
      ...given,
      account: { ...account, platform, workspace: platform === 'discord' ? EVERYWHERE : 'museum' },
      where: { platform, workspace: 'museum', place: 'lobby' },
      ...(isStaff && {
        server: () => ({ lacks: [], categories: [{ id: '1', name: 'Communities' }], rolesAbove: [], places: [] }),
      }),
    }
    const { router } = stage
    const answer = await (command.includes('.') ? router.press(delivery, command) : router.run(delivery, command, raw))
    onServers.push(...(render(answer.content, answer).buttons ?? []))
  }
  await act('eva', 'rooms', { category: 'communities' }, true)
  await act('eva', 'setup', {}, true)
  await act('eva', 'rooms', {}, true, 'slack')
  await act('eva', 'rooms.adopt', {}, true, 'slack')
  await stage.read((store) =>
    store.workspaces.met(
      'discord',
      Array.from({ length: 21 }, (_, n) => ({ workspace: `annex-${n}`, name: `Annex ${n}` })),
    ),
  )
  await act('eva', 'servers', {}, true)
  await act('ken', 'start-community', {
    name: 'Rooms of Ken',
    need: 'people who sit, so that we can rest',
    pledges: '2',
  })
  await act('ken', 'join', { community: named('c') })
}

/** Shown by the pages of the web, for whom there is nothing but an address. */
const ON_PAGES = ['my.by-mail']

const presses = () =>
  commands.flatMap((command) =>
    Object.entries(command.presses).map(([name, press]) => ({ name: `${command.name}.${name}`, press })),
  )

describe('button addresses', () => {
  test('the scenes show every button that a command declares', () => {
    const shown = new Set(buttons.map(({ press }) => press.split('?')[0]))
    expect(
      presses()
        .map(({ name }) => name)
        .filter((name) => !shown.has(name)),
    ).toEqual(ON_PAGES)
  })

  test('stay within what platforms return unchanged, in every scene', () => {
    expect(buttons.length).toBeGreaterThan(100)
    for (const { press } of buttons) {
      expect(press.length, press).toBeLessThanOrEqual(ADDRESS_MAX)
      const read = readAddress(press)
      expect(address([read?.command, read?.press].filter(Boolean).join('.'), read?.args)).toBe(press)
    }
  })

  test('stay within it with the longest values', () => {
    for (const { name, press } of presses()) {
      const fields = press.fields.map((field) => field.name)
      const args = Object.keys(press.args.shape).filter((arg) => !fields.includes(arg))
      expect(
        args.filter((arg) => !(arg in LONGEST)),
        `${name}: say how long these can be`,
      ).toEqual([])
      const longest = address(name, Object.fromEntries(args.map((arg) => [arg, longestOf(name, arg) ?? ''])))
      expect(longest.length, longest).toBeLessThanOrEqual(ADDRESS_MAX)
    }
  })

  test('that run a command again with the community pressed stay within it too', () => {
    for (const { name, shapes } of commands) {
      const community = shapes.find((shape) => shape.kind === 'community')?.name
      if (!community) continue
      const longest = address(name, { d: LONGEST.d ?? '', [community]: ULID })
      expect(longest.length, longest).toBeLessThanOrEqual(ADDRESS_MAX)
    }
  })

  test('grow no longer by how a code was typed', async () => {
    const told = await stage.actor('ana').types(`/invite "${QUIET}"`)
    const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(told)?.[0] ?? ''
    const before = stage.outputs.length
    await stage.actor('fay').types(`/join code:"${code.replace('-', '–'.repeat(12))}"`)
    const shown = stage.outputs.slice(before).flatMap((one) => ('shown' in one ? (one.shown.buttons ?? []) : []))
    expect(shown.map(({ label }) => label)).toContain('Yes, join')
    for (const { press } of shown) expect(press.length, press).toBeLessThanOrEqual(ADDRESS_MAX)
  })
})

describe('what platforms draw', () => {
  test('labels of buttons fit with the longest name of a community', () => {
    const long = buttons.map(({ label }) => label).filter((label) => label.length > LIMITS.buttonLabel)
    expect(buttons.some(({ label }) => label.length > 65)).toBe(true)
    expect(long).toEqual([])
  })

  test('a message has no more buttons than fit, for who is in many communities too', () => {
    const counts = stage.outputs.map((output) => ('shown' in output ? (output.shown.buttons?.length ?? 0) : 0))
    expect(Math.max(...counts)).toBeGreaterThan(20)
    expect(Math.max(...counts)).toBeLessThanOrEqual(LIMITS.buttons)
  })

  test('commands, their options and choices fit', () => {
    expect(commands.length).toBeLessThanOrEqual(100)
    for (const { name, description, shapes } of commands) {
      expect(name).toMatch(LIMITS.commandName)
      expect(description.length, name).toBeLessThanOrEqual(LIMITS.description)
      expect(description.length, name).toBeGreaterThan(0)
      expect(shapes.length, name).toBeLessThanOrEqual(LIMITS.options)
      for (const shape of shapes) {
        expect(shape.name).toMatch(LIMITS.commandName)
        expect(shape.description.length, `${name} ${shape.name}`).toBeLessThanOrEqual(LIMITS.description)
        if (shape.kind === 'choice') expect(shape.choices.length).toBeLessThanOrEqual(LIMITS.choices)
      }
      const whole = [name, description, ...shapes.flatMap(wordsOf)].join('').length
      expect(whole, name).toBeLessThanOrEqual(LIMITS.wholeCommand)
    }
  })

  test('of a command the options it cannot do without come first', () => {
    for (const { name, shapes, form } of commands) {
      // A form asks for the rest, and a community left out is the room's: neither can be demanded by a platform.
      const demanded = shapes.map(
        (shape) => shape.required && !(shape.kind === 'community' && shape.of !== 'any') && !form.includes(shape.name),
      )
      expect(demanded.indexOf(true), name).toBeLessThanOrEqual(0)
      expect(demanded.lastIndexOf(true) + 1, name).toBe(demanded.filter(Boolean).length)
    }
  })

  test('forms fit, and ask for nothing that only the database knows', () => {
    const forms = [
      ...presses().map(({ name, press }) => ({ name, title: press.title, fields: press.fields.length })),
      ...commands.map(({ name, description, form }) => ({ name, title: description, fields: form.length })),
    ].filter(({ fields }) => fields > 0)
    expect(forms.length).toBeGreaterThan(5)
    for (const { name, title, fields } of forms) {
      expect(fields, name).toBeLessThanOrEqual(LIMITS.formFields)
      expect(title.length, name).toBeLessThanOrEqual(LIMITS.formTitle)
      expect(title.length, name).toBeGreaterThan(0)
    }
    for (const { form, shapes } of commands) {
      const kinds = shapes.filter((shape) => form.includes(shape.name)).map((shape) => shape.kind)
      expect(kinds).not.toContain('community')
    }
  })

  test('everything is shown in one workspace, without a failure', () => {
    expect(stage.failures).toEqual([])
    expect(stage.outputs.filter((output) => 'error' in output)).toEqual([])
    expect(new Set(stage.outputs.flatMap((one) => ('workspace' in one ? [one.workspace] : [])))).toEqual(
      new Set([MAIN]),
    )
  })
})

function wordsOf(shape: OptionShape): string[] {
  return [shape.name, shape.description, ...(shape.kind === 'choice' ? shape.choices.flatMap((one) => [one, one]) : [])]
}
