import { afterEach, beforeEach, expect, test } from 'vitest'
import { everything, invited, opened } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

let stage: WebStage
beforeEach(async () => {
  stage = await openWebStage()
  await opened(stage)
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

/** Somebody who was just given everything about them as a file; where it lies. */
async function given(name: string) {
  const browser = await stage.person(name)
  await browser.opens('/do/my?part=data')
  const page = await browser.presses('Everything as a file')
  const path = page.$('a[download]').attr('href') ?? ''
  expect(path).toMatch(/^\/files\//)
  return { browser, path }
}

/** How many files lie there. */
const kept = async () => (await everything(stage)).match(/^\["web_files"/gm)?.length ?? 0

test('a file that somebody asked for is there for an hour, for them alone, and is no notice', async () => {
  const { browser: eve, path } = await given('eve@example.org')
  expect((await (await stage.person('ben@example.org')).opens(path)).status).toBe(404)
  expect((await eve.opens('/notices')).text).toContain('Nothing waits for you.')
  expect(eve.page?.$('header').text()).not.toContain('Notices (')
  await stage.pass('59m')
  expect((await eve.opens(path)).status).toBe(200)
  await stage.pass('2m')
  expect((await eve.opens(path)).status).toBe(404)
})

test('a file goes once another is kept after its hour, in the night at the latest, and with its owner', async () => {
  await given('eve@example.org')
  await stage.pass('61m')
  const { browser: ben } = await given('ben@example.org')
  expect(await kept()).toBe(1)
  await ben.opens('/do/my')
  await ben.presses('Forget me')
  await ben.presses('Yes, forget me')
  expect(await kept()).toBe(0)
  await given('cleo@example.org')
  await stage.pass('24h')
  expect(await kept()).toBe(0)
})

test('no backup holds a file, and no page says that nothing is kept', async () => {
  await given('eve@example.org')
  const staff = await stage.person('dora@example.org', { isStaff: true })
  await staff.opens('/do/invite-list')
  const made = await staff.sends({ community: 'Parents United', file: 'email\nzoe@example.org\n' })
  expect(made.text).toContain('Kindred keeps neither for longer than an hour.')
  await invited(stage, ['zoe@example.org'])
  const rows = await stage.database.backup(stage.now(), 'lasting', async (text) => {
    let all = ''
    for await (const part of text) all += part
    return all
      .split('\n')
      .filter((line) => /^\["web_(files|messages)"/.test(line) && !line.includes('"place": "parents'))
  })
  expect(rows).toEqual([])
})
