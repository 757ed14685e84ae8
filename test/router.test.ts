import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { command, press } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { loadCommands } from '../src/load-commands.ts'
import { integer } from '../src/option.ts'
import { folders, openStage, type Stage } from './stage.ts'

let stage: Stage
const broken = command({
  name: 'broken',
  description: 'Fails',
  permission: 'guest',
  options: { n: integer('A number', 1, 9).optional() },
  run: () => Promise.reject(new Error('the secret of ana@example.org')),
  presses: { ok: press({ args: { n: z.coerce.number() }, run: async (_, { n }) => ({ text: say`${n}` }) }) },
})
beforeEach(async () => {
  stage = await openStage({ commands: [...(await loadCommands(folders.commands)), broken] })
})
afterEach(() => stage.close())

describe('a mistake', () => {
  test.each([
    ['/jion parents', 'There is no /jion. Did you mean /join?'],
    ['/xyzzyx', '/help lists all commands'],
    ['/broken ten', 'n must be a whole number from 1 to 9. It goes like this: /broken [n] You wrote: n:ten'],
    ['/status', 'Only staff of the organization can do that.'],
    ['/status now', 'There is no option “now”'],
    ['/join', 'Which community?'],
  ])('%s is named, with the way on', async (line, told) => {
    expect(await stage.actor('ana').types(line)).toContain(told)
  })

  test('inside gives a reference, tells nothing of the inside, and changes nothing', async () => {
    const told = await stage.actor('ana').types('/broken')
    expect(told).toMatch(/went wrong on our side.*reference: [A-Z0-9]{4}-[A-Z0-9]{4}$/)
    expect(told).not.toContain('ana@example.org')
    expect(stage.failures).toHaveLength(1)
  })

  test('in a button is answered as out of date, whatever it is', async () => {
    const delivery = (n: number) => ({
      id: `d${n}`,
      account: { platform: 'terminal', workspace: 'main', externalId: 'eve', name: 'eve', isStaff: false },
      where: { platform: 'terminal', workspace: 'main' },
      now: stage.now(),
    })
    const addresses = [
      '',
      '?',
      'join.',
      'join.nothing?c=1',
      'nothing.at-all',
      'join.pledge?c=01AAAAAAAAAAAAAAAAAAAAAAAA',
      'broken.ok?n=x',
      'constructor',
      'join.constructor',
      `join.pledge?c=${'x'.repeat(200)}`,
    ]
    for (const [n, address] of addresses.entries()) {
      const { content } = await stage.router.press(delivery(n), address)
      expect(content.text?.key, address).toBeTruthy()
    }
    expect(stage.failures).toEqual([])
  })
})

test('a flood by one person is slowed with a sentence, and others are not', async () => {
  let told = ''
  for (let i = 0; i < 301; i++) told = await stage.actor('ana').types('/help')
  expect(told).toContain('That was a lot at once')
  expect(await stage.actor('ben').types('/help')).toContain('What you can do here')
  await stage.pass('10s')
  expect(await stage.actor('ana').types('/help')).toContain('What you can do here')
})

test('a name changed on the platform is the new one from then on', async () => {
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  await stage.actor('ANA').types('/help')
  expect(await stage.actor('ana').types('/help')).toBeTruthy()
  await stage.actor('Ana').types('/about parents')
  expect(await stage.actor('Ana').types('/about parents')).toContain('Organizer: @Ana')
})

test('help shows staff their commands, and only them', async () => {
  expect(await stage.actor('ana').types('/help')).not.toContain('/status')
  expect(await stage.actor('sam!').types('/help')).toContain('/status: Staff: ')
  expect(await stage.actor('ana').types('/help join')).toContain('Its name, or an invitation code')
})
