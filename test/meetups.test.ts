import { describe, expect, test } from 'vitest'
import { NEED } from './lookup.ts'
import { onStage, planned, play, scene, stage, told } from './meetup-scene.ts'
import { codeFor } from './stage.ts'

onStage()

/** What is typed into the forms of buttons. */
const FIELDS: Record<string, string> = {
  when: 'in 6 days',
  reason: 'none',
  notes: 'nothing',
  title: 'Mine now',
  guests: '1',
  length: '3 hours',
}

/** What can't be a meetup, and what is said to it. */
const REFUSED: [string, RegExp][] = [
  ['"Picnic" "yesterday 10:00"', /Give a time to come/],
  ['"Picnic" "whenever it suits"', /is no time\. It looks like/],
  ['"Picnic" "in 3000 days"', /more than two years away/],
  ['"x" "in 5 days"', /in a few words what it is/],
  ['"Picnic" "in 5 days" capacity:none length:forever', /is no length/],
  ['"Picnic" "in 5 days" capacity:0', /is no number of seats/],
  ['"Picnic" "in 5 days" capacity:2 guests:2', /would need more seats than there are/],
  ['"Picnic" "in 5 days" offer:"1 min"', /is no time to answer in/],
  ['"Picnic" "in 5 days" repeat:weekly', /Until when does it repeat/],
  ['"Picnic" "in 5 days" until:"1 June"', /How does it repeat/],
  ['"Picnic" "in 5 days" repeat:weekly until:"in 6 days"', /take place once only/],
  ['"Picnic" "in 5 days; in 6 days" repeat:weekly times:3', /needs one time to begin with/],
  ['"Picnic" "in 5 days" with:"Nobody there"', /no open community called/],
  ['"Picnic" "in 5 days" with:"Parents United"', /another community than its own/],
  ['"Picnic" "in 1 hour; in 2 hours"', /two hours away at least/],
]

test('what can’t be planned is refused in words that say what to do', async () => {
  await scene()
  for (const [typed, words] of REFUSED) expect(await play(`@ana /meetup ${typed}`)).toMatch(words)
  expect(await play('@ana /meetups')).toMatch(/Nothing is planned/)
})

describe('who may do what', () => {
  test('whoever is not in a community learns nothing of its meetups, and does nothing about them', async () => {
    await scene('ben')
    await play(...planned('Picnic', 'capacity:1 guests:0'))
    const all = await stage.read((store) => store.meetups.due(new Date('2030-01-01'), 10))
    const [m] = all
    const presses = stage.commands
      .filter(({ name }) => name === 'meetup' || name === 'meetups')
      .flatMap(({ name, presses }) =>
        Object.entries(presses).map(([press, one]) => ({ press: `${name}.${press}`, one })),
      )
      .filter(({ one }) => 'm' in one.args.shape && !('k' in one.args.shape && one.fields.length > 0))
      .filter(({ press }) => press !== 'meetups.wait')
    expect(presses.length).toBeGreaterThan(25)
    const values: Record<string, string> = { m: m ?? '', a: 'one', n: '0', y: '1', p: m ?? '', k: 'new' }
    for (const { press, one } of presses) {
      const asked = one.fields.map(({ name }) => name)
      const carried = Object.keys(one.args.shape).filter((name) => name in values && !asked.includes(name))
      const address = `${press}?${carried.map((name) => `${name}=${values[name]}`).join('&')}`
      const fields = Object.fromEntries(asked.map((name) => [name, FIELDS[name] ?? '']))
      const delivery = (name: string) => ({
        id: `${name}/${press}`,
        account: { platform: 'terminal', workspace: 'main', externalId: name, name, isStaff: false },
        where: { platform: 'terminal', workspace: 'main' },
        now: stage.now(),
      })
      const outsider = await stage.router.press(delivery('olga'), address, fields)
      expect(JSON.stringify(outsider.content), press).toMatch(
        /not there, or is in a community you are not in|taken back/,
      )
      if (!press.startsWith('meetup.')) continue
      const member = await stage.router.press(delivery('ben'), address, fields)
      expect(member.refused, press).toBe(true)
      expect(JSON.stringify(member.content), press).toMatch(/Only organizers|not there|taken back/)
    }
    expect(await play('@ana /meetups')).toMatch(/Picnic/)
  })

  test('a draft is seen by nobody but its author, and goes when nobody announces it', async () => {
    await scene('ben')
    await play('@ana /meetup "Secret plan" "in 60 days"')
    expect(await play('@ben /meetups')).toMatch(/Nothing is planned/)
    expect(await play('@ana /meetups')).toMatch(/Not announced: Secret plan/)
    await stage.pass('15d')
    expect(await play('@ana /meetups')).not.toMatch(/Secret plan/)
  })

  test('whoever proposes too much waits for organizers first', async () => {
    await scene('ben')
    for (const n of [1, 2, 3, 4, 5]) await play(`@ben /meetup "Idea ${n}" "in 9 days"`)
    expect(await play('@ben /meetup "Idea 6" "in 9 days"')).toMatch(/5 meetups of yours wait/)
  })
})

describe('seats', () => {
  test('of who is forgotten are offered to the next', async () => {
    await scene('ben', 'cem')
    await play(...planned('Picnic', 'capacity:1'), '@ben [Yes, I come] "Picnic"', '@cem [Yes, I come] "Picnic"')
    await play('@ben /my', '@ben [Forget me]', '@ben [Yes, forget me]')
    expect(told('cem', /A seat is free for you/)).toBe(1)
    expect(await play('@cem /my waiting')).toMatch(/A seat is kept for you/)
    expect(await play('@cem [Take it]')).toMatch(/You come, number 2/)
  })

  test('of who became one person by two accounts are one, and what they give back is offered', async () => {
    await scene('ben', 'bob', 'cem')
    await play(
      ...planned('Picnic', 'capacity:2'),
      '@ben [Yes, I come] "Picnic"',
      '@bob [Yes, I come] "Picnic"',
      '@cem [Yes, I come] "Picnic"',
    )
    for (const name of ['ben', 'bob']) {
      await play(`@${name} /email both@example.org`)
      await play(`@${name} /email ${codeFor(stage, 'both@example.org')}`)
    }
    await play('@bob [Yes, one person]', '@ben [Yes, one person]')
    expect(told('cem', /A seat is free for you/)).toBe(0)
    expect(await play('@bob /meetups')).toMatch(/you come/)
    await play('@bob [I can\'t come] "Picnic"')
    expect(told('cem', /A seat is free for you/)).toBe(1)
    expect(await play('@ben /meetups')).toMatch(/you can’t come/)
  })

  test('are offered in quiet hours too, and to who has paused everything', async () => {
    await scene('ben', 'cem')
    await play(...planned('Picnic', 'capacity:1'), '@ben [Yes, I come] "Picnic"', '@cem [Yes, I come] "Picnic"')
    await play('@cem /my notices 00:00-23:59', '@cem /my', '@cem [Pause everything]', '@ben [I can\'t come] "Picnic"')
    expect(told('cem', /A seat is free for you/)).toBe(1)
  })

  test('are nobody’s any more once it has begun', async () => {
    await scene('ben', 'cem')
    await play(
      ...planned('Picnic', 'capacity:1', 'in 20 minutes'),
      '@ben [Yes, I come] "Picnic"',
      '@cem [Yes, I come] "Picnic"',
    )
    await stage.pass('21m')
    await play('@ben [I can\'t come] "Picnic"')
    expect(told('cem', /A seat is free for you/)).toBe(0)
    await stage.pass('1d')
    expect(await play('@cem /meetups past', '@cem [Picnic]')).not.toMatch(/Yes, I come/)
  })

  test('go first to who has not been there lately, where that was set before', async () => {
    await scene('ben', 'cem')
    await play('@ana /meetup "First" "in 1 hour" capacity:5', '@ana [Waitlist: who was not there yet first]')
    await play('@ana [Announce it]', '@ben [Yes, I come] "First"', '@ana /meetups', '@ana [First]')
    await play('@ana [Look after it]', '@ana [Who is there]', '@ana [There: @ben]')
    await stage.pass('4h')
    await play(...planned('Second', 'capacity:1'), '@ana [Yes, I come] "Second"')
    await play('@ben [Yes, I come] "Second"')
    expect(await play('@cem [Yes, I come] "Second"')).toMatch(/You are the first in line/)
    await play('@ana [I can\'t come] "Second"')
    expect(told('cem', /A seat is free for you/)).toBe(1)
    expect(told('ben', /A seat is free for you/)).toBe(0)
  })
})

describe('changes', () => {
  test('that are far away wait for the end of quiet hours, and those soon do not', async () => {
    await scene('ben')
    await play(...planned('Picnic'), '@ben [Yes, I come] "Picnic"', '@ben /my notices 11:00-14:00')
    const change = ['@ana /meetups', '@ana [Picnic]', '@ana [Look after it]', '@ana [Change what it is]']
    await play(...change, '@ana {"when": "in 6 days"}')
    expect(told('ben', /Changed: Picnic/)).toBe(0)
    await stage.pass('2h')
    expect(told('ben', /Changed: Picnic/)).toBe(1)
    await stage.pass('22h')
    await play(...change, '@ana {"when": "in 20 hours"}')
    expect(told('ben', /Changed: Picnic/)).toBe(2)
  })

  test('of all that follow move them alike over the night in which clocks are changed, and cancel them together', async () => {
    await scene('ben')
    await play('@ana /meetup "Song" "15 March 15:00" repeat:weekly times:4', '@ana [Announce it]', '@ana /meetups')
    await play('@ana [Sun 22 Mar 2026, 15:00 (GMT+1): Song]', '@ana [Look after it]')
    await play('@ana [This and those that follow: what it is]', '@ana {"when": "23 March 10:00"}')
    const list = await play('@ben /meetups')
    for (const when of [
      'Sun 15 Mar 2026, 15:00 (GMT+1)',
      'Mon 23 Mar 2026, 10:00 (GMT+1)',
      'Mon 30 Mar 2026, 10:00 (GMT+2)',
      'Mon 6 Apr 2026, 10:00 (GMT+2)',
    ])
      expect(list).toContain(when)
    await play('@ana /meetups', '@ana [Mon 23 Mar 2026, 10:00 (GMT+1): Song]', '@ana [Look after it]')
    await play('@ana [Cancel it]', '@ana [Cancel it and the 2 that follow]')
    const rest = await play('@ben /meetups')
    expect(rest).toContain('15 Mar')
    expect(rest).not.toMatch(/Mar 2026, 10:00|Apr 2026/)
  })

  test('a time nobody voted for leaves the meetup to its organizers again', async () => {
    await scene('ben')
    await play('@ana /meetup "Walk" "in 8 days; in 9 days"', '@ana [Let members choose]')
    await stage.pass('4d')
    expect(told('ana', /No time was found: Walk/)).toBe(1)
    await play(
      '@ana [Look after it] "No time"',
      '@ana [Not this time]',
      '@ana {"when": "in 10 days"}',
      '@ana [Announce it]',
    )
    expect(await play('@ben /meetups')).toMatch(/Walk/)
  })
})

test('only who was there says what it was worth, once it is over', async () => {
  await scene('ben')
  await play(...planned('Picnic', '', 'in 1 hour'))
  await stage.pass('4h')
  expect(await play('@ben [Worth it] "took place"')).toMatch(/Only who was at/)
})

describe('of a sensitive community', () => {
  test('no number is told, and when it becomes one it meets with no other', async () => {
    await scene('ben', 'cem')
    await play(`@zoe /start-community "Garden Friends" ${NEED} pledges:1`)
    await play(...planned('Picnic', 'capacity:1 with:"Garden Friends"'), '@zoe [Meet together]')
    expect(await play('@zoe /meetups')).toMatch(/Picnic/)
    await play('@sam! /sensitive "Parents United"', '@sam! [Make it sensitive]')
    expect(await play('@zoe /meetups')).not.toMatch(/Picnic/)
    await play('@ben /meetups', '@ben [Picnic]')
    expect(await play('@ben [Yes, I come]')).not.toMatch(/number|of 1/)
    await play('@cem /meetups', '@cem [Picnic]')
    const waiting = await play('@cem [Yes, I come]')
    expect(waiting).toMatch(/on the waitlist/)
    expect(waiting).not.toMatch(/number|before you|first in line/)
    expect(await play('@ben /meetups', '@ben [Picnic]')).toMatch(/Full\. Who says yes now waits/)
  })
})
