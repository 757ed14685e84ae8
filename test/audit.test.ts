import { describe, expect, test } from 'vitest'
import { plainPen, write } from '../src/core/say.ts'
import { roughly } from '../src/core/small-numbers.ts'
import { communityCalled, NEED } from './lookup.ts'
import { onStage, type Stage } from './stage.ts'

let stage: Stage
onStage((opened) => {
  stage = opened
})

const start = (name: string, more = '', founder = 'ana') =>
  stage.actor(founder).types(`/start-community ${name} ${NEED} pledges:1 ${more}`)
const audit = (page = '') => stage.actor('sam!').types(`/audit ${page}`)
const letIn = async (name: string) => {
  await stage.actor(name).types('/join choir')
  await stage.actor(name).presses('Say why')
  await stage.actor(name).fills({ reason: 'I sing' })
}

describe('what organizers and staff did', () => {
  test('is told by name, the newest first', async () => {
    await start('Choir', 'visibility:request')
    await letIn('ben')
    await stage.actor('ana').presses('Accept')
    await stage.pass('1h')
    await letIn('cem')
    await stage.actor('ana').presses('Decline')
    await stage.actor('ana').fills({ reason: 'no tenors' })
    await stage.actor('sam!').types('/setup age:18')
    const lines = (await audit()).split('\n').filter((line) => / 2026, /.test(line))
    expect(lines.map((line) => line.replace(/^.*?\): /, ''))).toEqual([
      'sam changed the setup: age.',
      'ana declined a request to join Choir.',
      'ana let someone into Choir.',
    ])
    expect(lines.join('\n')).not.toMatch(/ben|cem|tenors/)
  })

  test('includes handing over, and volunteering', async () => {
    await start('Choir')
    await stage.actor('ben').types('/join choir')
    await stage.actor('ana').types('/leave choir')
    await stage.actor('ana').presses('Name ben')
    expect(await audit()).toContain('ana left Choir and named another organizer.')
    await stage.actor('cem').types('/join choir')
    await stage.actor('ben').types('/leave choir')
    await stage.actor('ben').presses('Ask the others')
    await stage.actor('cem!#main').presses("I'll do it", 'looking for')
    expect(await audit()).toContain('cem volunteered to look after Choir.')
  })

  test('comes ten at a time', async () => {
    await start('Choir')
    for (let n = 1; n <= 12; n++) await stage.actor('ana').types(`/invite choir people:${n}`)
    const first = await audit()
    expect(first.match(/made an invitation code/g)).toHaveLength(10)
    expect(first).toContain('[Earlier]')
    expect(first).not.toContain('[Later]')
    const second = await stage.actor('sam!').presses('Earlier')
    expect(second.match(/made an invitation code/g)).toHaveLength(2)
    expect(second).toContain('page 2')
    expect(await stage.actor('sam!').presses('Later')).toBe(first)
    expect(await audit('2')).toBe(second)
    expect(await audit('99')).toContain('Nothing is written down here.')
  })

  test('in a sensitive community is told without names, of people and of the community', async () => {
    await start('Recovery', 'sensitive:yes')
    await stage.actor('ana').types('/invite "Recovery"')
    const told = await audit()
    expect(told).toContain('An organizer made an invitation code for a hidden community.')
    expect(told).not.toMatch(/ana|Recovery/)
  })

  test('is told so, too, of what was done before a community became sensitive', async () => {
    await start('Healing')
    await stage.actor('ana').types('/invite healing')
    await stage.actor('sam!').types('/sensitive healing')
    await stage.actor('sam!').presses('Make it sensitive')
    const told = await audit()
    expect(told).toContain('Someone of staff made a hidden community sensitive.')
    expect(told).not.toMatch(/ana|Healing/)
  })

  test('in a secret community names it, and its organizers, only to who is in it', async () => {
    await start('Surprise', 'visibility:secret')
    const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(await stage.actor('ana').types('/invite "Surprise" people:1'))?.[0]
    expect(await audit()).toContain('An organizer made an invitation code for a hidden community.')
    expect(await audit()).not.toMatch(/ana|Surprise/)
    await stage.actor('sam').types(`/join ${code}`)
    expect(await audit()).toContain('ana made an invitation code for Surprise.')
  })

  test('is for staff alone', async () => {
    await start('Choir')
    expect(await stage.actor('ana').types('/audit')).toContain('Only staff')
  })
})

describe('what members did', () => {
  const joined = (told: string) => /^People who joined.*?: (.*)$/m.exec(told)?.[1]

  test('is told as counts up to last midnight, rounded to 5, and under 5 not at all', async () => {
    await start('Choir')
    for (let n = 1; n <= 7; n++) await stage.actor(`p${n}`).types('/join choir')
    expect(joined(await audit())).toBe('a few or none')
    await stage.pass('12h')
    const told = await audit()
    expect(joined(told)).toBe('about 10')
    expect(told).toMatch(/^Who left one: a few or none$/m)
    await stage.sleep('31d')
    expect(joined(await audit())).toBe('a few or none')
  })

  test('counts a person once, however much they do', async () => {
    for (let n = 1; n <= 7; n++) await start(`Choir${n}`)
    await stage.pass('1d')
    expect(joined(await audit())).toBe('a few or none')
  })

  test('counts nothing of a sensitive community', async () => {
    await start('Recovery', 'sensitive:yes')
    const { slug } = await communityCalled(stage, 'Recovery')
    for (let n = 1; n <= 7; n++) {
      await stage.actor(`p${n}`).types(`/join ${slug}`)
      await stage.actor(`p${n}`).presses('Yes, join')
    }
    await stage.pass('1d')
    expect(joined(await audit())).toBe('a few or none')
  })

  test('days are those of the organization', async () => {
    await stage.actor('sam!').types('/setup zone:Pacific/Auckland')
    await start('Choir')
    for (let n = 1; n <= 7; n++) await stage.actor(`p${n}`).types('/join choir')
    // In Auckland it is one in the morning of the sixth.
    await stage.pass('22h')
    expect(joined(await audit())).toBe('a few or none')
    await stage.pass('1h')
    expect(joined(await audit())).toBe('about 10')
  })

  test('small numbers are told as such', () => {
    const told = [0, 1, 4, 5, 7, 8, 12, 13].map((count) => write(roughly(count), plainPen))
    expect(told.slice(0, 3)).toEqual(Array(3).fill('a few or none'))
    expect(told.slice(3)).toEqual(['about 5', 'about 5', 'about 10', 'about 10', 'about 15'])
  })
})
