import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCommands } from '../../src/load-commands.ts'
import { figuresCommand, NASTY, shownFigures } from '../figures.ts'
import { folders } from '../stage.ts'
import type { Browser } from './browser.ts'
import { openWebStage, type WebStage } from './stage.ts'

let stage: WebStage
let ana: Browser

beforeAll(async () => {
  stage = await openWebStage({ commands: [...(await loadCommands(folders.commands)), figuresCommand] })
  ana = await stage.person('ana@example.org')
})
afterAll(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
})

const svgIn = (source = '') => Buffer.from(source.replace('data:image/svg+xml;base64,', ''), 'base64').toString()

test('an answer shows the chart, with the table of the same figures beneath it', async () => {
  await ana.opens('/do/figures')
  const { $, headers } = await ana.sends({ label: 'The garden' })
  const picture = $('article img.chart')
  expect(picture.attr('alt')).toBe('Votes for each option, of which one is The garden')
  expect(svgIn(picture.attr('src'))).toContain('The garden')
  expect(headers.get('content-security-policy')).toContain("img-src 'self' data:")
  expect($('img + .table caption').text()).toContain('Votes for each option')
  expect(
    $('th[scope=col]')
      .toArray()
      .map((one) => $(one).text()),
  ).toEqual(['Option', 'Yes'])
  expect(
    $('th[scope=row]')
      .toArray()
      .map((one) => $(one).text()),
  ).toEqual(['The garden', 'Option 2', 'Option 3'])
  expect(
    $('tbody td')
      .toArray()
      .map((one) => $(one).text()),
  ).toEqual(['3', '2', '1'])
  expect($('script, style, [style]').length).toBe(0)
})

test('nothing typed becomes part of the page, nor of the picture', async () => {
  await ana.opens('/do/figures')
  const { $ } = await ana.sends({ label: NASTY })
  expect($('th[scope=row]').first().text()).toContain('<script>alert(1)</script> & ```')
  expect(svgIn($('img.chart').attr('src'))).not.toMatch(/<script/)
  expect($('script').length).toBe(0)
})

test('a message of Kindred shows them too', async () => {
  await stage.read(async (store) => {
    const { id } = await store.people.byWeb('ana@example.org', 'ana', stage.now())
    return store.notices.tell([id], 'asked', shownFigures('The lake'), stage.now(), {
      platform: 'web',
      workspace: '',
    })
  })
  await stage.settle()
  const { $ } = await ana.opens('/notices')
  expect(svgIn($('img.chart').attr('src'))).toContain('The lake')
  expect($('tbody td').first().text()).toBe('3')
})
