import { describe, expect, test } from 'vitest'
import { NEED } from './lookup.ts'
import { lookAfter, onStage, planned, play, said, scene, stage, told } from './meetup-scene.ts'
import { codeFor } from './stage.ts'

onStage()

describe('who learns what', () => {
  test('a partner knows nothing more of a meetup whose community became sensitive, and its seats go to others', async () => {
    await scene('ben', 'cem')
    await play(`@zoe /start-community "Garden Friends" ${NEED} pledges:1`, '@hal /join garden-friends')
    await play(...planned('Picnic', 'capacity:1 place:"Old shed" with:"Garden Friends"'), '@zoe [Meet together]')
    await play('@hal [Yes, I come] "Picnic"', '@hal [Remind me]', '@ben [Yes, I come] "Picnic"')
    await play('@sam! /sensitive "Parents United"', '@sam! [Make it sensitive]')
    expect(told('hal', /do not meet together any more/)).toBe(1)
    expect(told('ben', /A seat is free for you/)).toBe(1)
    const before = stage.outputs.length
    await stage.pass('6d')
    const later = stage.outputs.slice(before).filter((one) => /"hal"|garden-friends/.test(JSON.stringify(one)))
    expect(JSON.stringify(later)).not.toMatch(/Picnic|Old shed|Parents United/)
    expect(JSON.stringify(stage.outputs)).toMatch(/It takes place without this community now/)
  })

  test('nobody is named as the host of a sensitive community who was not named on purpose', async () => {
    await play(`@ana /start-community "Quiet ones" ${NEED} pledges:1 sensitive:yes`)
    await play('@ben /join quiet-ones', '@ben [Yes, join]')
    await play('@ana /meetup "Circle" "in 5 days" community:"Quiet ones"', '@ana [Announce it]')
    await play('@ana /meetups', '@ana [Circle]')
    expect(await play('@ana [Calendar file]')).not.toMatch(/quiet-ones/i)
    expect(JSON.stringify(stage.outputs)).not.toMatch(/"Host"/)
  })

  test('staff who offered a meetup see nothing of what becomes of it, and have no seat there', async () => {
    await scene('ben')
    await play('@sam! /meetup "Behind the scenes" "in 5 days" community:"Parents United" capacity:3')
    await play('@sam! [Offer it]', '@ana [Look at it]', '@ana [Accept and announce]')
    const [m = ''] = await stage.read((store) => store.meetups.due(new Date('2030-01-01'), 10))
    for (const press of ['meetup.manage', 'meetups.yes', 'meetups.open']) {
      const delivery = {
        id: press,
        account: { platform: 'terminal', workspace: 'main', externalId: 'sam', name: 'sam', isStaff: true },
        where: { platform: 'terminal', workspace: 'main' },
        now: stage.now(),
      }
      const answer = await stage.router.press(delivery, `${press}?m=${m}`)
      expect(JSON.stringify(answer.content), press).toMatch(/not there, or is in a community you are not in/)
    }
  })

  test('who leaves takes their proposals along, and is named nowhere as host', async () => {
    await scene('ben')
    await play('@ben /meetup "Mine" "in 5 days"', '@ben [Propose it]', '@ben /meetup "Draft" "in 6 days"')
    await play('@ben /leave parents-united')
    expect(await play('@ana [Look at it]')).toMatch(/not there/)
    expect(await play('@ben /meetups')).not.toMatch(/Mine|Draft/)
  })

  test('reminders wait for the end of quiet hours, and never come after the start', async () => {
    await scene('ben', 'cem')
    await play(...planned('Picnic', '', 'in 30 hours'))
    for (const name of ['ben', 'cem']) await play(`@${name} [Yes, I come] "Picnic"`, `@${name} [Remind me]`)
    // Ben sleeps when the first one is due, and Cem also when it begins.
    await play('@ben /my notices 17:00-20:00', '@cem /my notices 17:00-23:59')
    await stage.pass('8h')
    expect([told('ben', /Not long now/), told('cem', /Not long now/)]).toEqual([1, 0])
    await stage.pass('40h')
    expect([told('ben', /Not long now|Soon/), told('cem', /Not long now|Soon/)]).toEqual([1, 1])
  })
})

describe('proposals', () => {
  test('can be changed and accepted by organizers, and taken back by whoever made them', async () => {
    await scene('ben')
    await play('@ben /meetup "Late" "in 2 hours"', '@ben [Propose it]')
    await stage.pass('3h')
    expect(await play('@ana [Look at it]', '@ana [Accept and announce]')).toMatch(/Give a later one first/)
    await play('@ana [Not this time]', '@ana {"when": "in 3 days"}')
    expect(await play('@ana [Accept and announce]')).toMatch(/Announced/)
    await play('@ben /meetup "Second" "in 2 days"', '@ben [Propose it]', '@ben /meetups')
    await play('@ben [Proposed: Second]')
    expect(await play('@ben [Take it back]')).toMatch(/Thrown away/)
  })

  test('go when nobody accepts them in time', async () => {
    await scene('ben')
    for (const n of [1, 2, 3, 4, 5]) await play(`@ben /meetup "Idea ${n}" "in 2 days"`, '@ben [Propose it]')
    expect(await play('@ben /meetup "Idea 6" "in 9 days"')).toMatch(/5 meetups of yours wait/)
    await stage.pass('3d')
    expect(await play('@ben /meetup "Idea 6" "in 9 days"')).toMatch(/Not announced yet/)
  })

  test('for which no time was found are with the organizers again', async () => {
    await scene('ben')
    await play('@ben /meetup "Walk" "in 8 days; in 9 days"', '@ben [Propose it]', '@ana [Look at it]')
    expect(await play('@ana /vote')).not.toMatch(/When: Walk/)
    await play('@ana [Accept and announce]')
    await stage.pass('4d')
    await play('@ana [Look after it] "No time"', '@ana [Not this time]', '@ana {"when": "in 3 days"}')
    expect(await play('@ana [Accept and announce]')).toMatch(/Announced/)
  })
})

describe('a series', () => {
  test('is joint as a whole', async () => {
    await scene()
    await play(`@zoe /start-community "Garden Friends" ${NEED} pledges:1`)
    await play(...planned('Song', 'repeat:weekly times:3 with:"Garden Friends"'), '@zoe [Meet together]')
    expect((await play('@zoe /meetups')).match(/"label":"Song"/g)).toHaveLength(3)
  })

  test('shows its next one whatever order its meetups come to be in, and is cancelled in one sentence', async () => {
    await scene('ben')
    await play('@ana /meetup "Song" "15 March 15:00" repeat:weekly times:4', '@ana [Announce it]', '@ana /meetups')
    await play('@ana [Sun 15 Mar 2026, 15:00 (GMT+1): Song]', '@ana [Look after it]', '@ana [Change what it is]')
    await play('@ana {"when": "24 March 15:00"}')
    expect(said('parents-united', /Sun 22 Mar 2026, 15:00/)).toBeGreaterThan(0)
    await play('@ana [Cancel it]', '@ana [Cancel it and the 3 that follow]')
    expect(said('parents-united', /those that follow are cancelled/)).toBe(1)
    expect(said('parents-united', /is cancelled/)).toBe(0)
  })

  test('keeps what was changed of one of them when other words of all are changed', async () => {
    await scene('ben')
    await play('@ana /meetup "Song" "15 March 15:00" place:"Hall 1" repeat:weekly times:3', '@ana [Announce it]')
    await play('@ana /meetups', '@ana [Sun 22 Mar 2026, 15:00 (GMT+1): Song]', '@ana [Look after it]')
    await play('@ana [Change what it is]', '@ana {"place": "Hall 9"}', '@ana /meetups')
    await play('@ana [Sun 15 Mar 2026, 15:00 (GMT+1): Song]', '@ana [Look after it]')
    await play('@ana [This and those that follow: what it is]', '@ana {"description": "Bring a drum"}', '@ana /meetups')
    const second = await play('@ana [Sun 22 Mar 2026, 15:00 (GMT+1): Song]')
    expect(second).toMatch(/Hall 9/)
    expect(second).toMatch(/Bring a drum/)
  })

  test('can be made of a draft, and unmade', async () => {
    await scene()
    await play('@ana /meetup "Song" "15 March 15:00"', '@ana [Repeat, or with others]')
    expect(await play('@ana {"repeat": "fortnightly", "times": "3"}')).toMatch(/every two weeks, 3 times/)
    await play('@ana [Repeat, or with others]')
    expect(await play('@ana {"repeat": "no"}')).not.toMatch(/Repeats/)
  })
})

describe('seats', () => {
  test('are everybody’s once any number may come', async () => {
    await scene('ben', 'cem', 'dia')
    await play(...planned('Picnic', 'capacity:1'))
    for (const name of ['ben', 'cem', 'dia']) await play(`@${name} [Yes, I come] "Picnic"`)
    await play('@ben [I can\'t come] "Picnic"', ...lookAfter('Picnic'), '@ana [Seats and guests]')
    await play('@ana {"capacity": "any"}')
    expect([told('cem', /room for everybody/), told('dia', /room for everybody/)]).toEqual([1, 1])
    await stage.pass('1d')
    expect(told('cem', /went to the next/)).toBe(0)
    expect(await play('@dia /meetups')).toMatch(/you come/)
  })

  test('that two accounts of one person had are one once that can’t be undone any more, and the other is offered', async () => {
    await scene('ben', 'bob', 'cem')
    await play(...planned('Picnic', 'capacity:2', 'in 60 days'))
    for (const name of ['ben', 'bob', 'cem']) await play(`@${name} [Yes, I come] "Picnic"`)
    for (const name of ['ben', 'bob']) {
      await play(`@${name} /email both@example.org`)
      await play(`@${name} /email ${codeFor(stage, 'both@example.org')}`)
    }
    await play('@bob [Yes, one person]', '@ben [Yes, one person]')
    await stage.pass('32d')
    expect(told('cem', /A seat is free for you/)).toBe(1)
  })

  test('of who comes otherwise, ticked by an organizer, are offered to the next, and the card says so', async () => {
    await scene('ben', 'cem', 'dia')
    await play(...planned('Picnic', 'capacity:1', 'in 90 minutes'))
    for (const name of ['ben', 'cem', 'dia']) await play(`@${name} [Yes, I come] "Picnic"`)
    await play('@ben [I can\'t come] "Picnic"', ...lookAfter('Picnic'), '@ana [Who is there]', '@ana [There: @cem]')
    expect(told('dia', /A seat is free for you/)).toBe(1)
    expect(said('parents-united', /0 of 1 taken, 1 offered"/)).toBeGreaterThan(0)
  })

  test('of a meetup for which one time was settled after several need no ballot', async () => {
    await scene('ben')
    await play('@ana /meetup "Walk" "in 8 days; in 9 days"', '@ana [Not this time]', '@ana {"when": "in 3 days"}')
    await play('@ana [Announce it]', '@ana /meetup "Other" "in 8 days; in 9 days"', '@ana [Throw away]')
    expect(await play('@ana /vote')).not.toMatch(/When: (Walk|Other)/)
  })

  test('are checked in anew when it takes place later, and only of who answered', async () => {
    await scene('ben')
    await play(...planned('Picnic', '', 'in 1 hour'), '@ben [Yes, I come] "Picnic"', '@ben [Remind me]')
    await play(...lookAfter('Picnic'), '@ana [Who is there]', '@ana [There: @ben]', '@ana [Back to the meetup]')
    await play('@ana [Change what it is]', '@ana {"when": "in 9 days"}')
    expect(await play('@ben /meetups', '@ben [Picnic]')).toMatch(/You come, number 1/)
    await stage.pass('10d')
    expect(told('ben', /Soon: Picnic/)).toBe(1)
  })
})
