import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCommands } from '../../src/load-commands.ts'
import { figuresCommand, NASTY, shownFigures, sizeOfPng } from '../figures.ts'
import { folders } from '../stage.ts'
import type { Person } from './hand.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

let stage: SlackStage
let ana: Person
/** What may have failed inside by the end. */
let expected = 0

beforeAll(async () => {
  stage = await openSlackStage({ commands: [...(await loadCommands(folders.commands)), figuresCommand] })
  ana = stage.team.user('ana')
})
afterAll(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures).toHaveLength(expected)
})

const reading = { names: {}, zone: 'UTC', language: 'en' }
const general = () => ({ workspace: stage.team.id, place: stage.team.find('general')?.id ?? '', account: null })

test('a private answer has the figures in letters, with bars', async () => {
  const shown = await ana.types('/community figures "The garden"')
  expect(shown.isPrivate).toBe(true)
  expect(shown.text).toContain('The garden    3  ██████████\nOption 2      2  ███████░░░')
  expect(shown.buttons).toEqual(['Again'])
  expect(shown.files).toEqual([])
})

test('nothing typed breaks out of the table', async () => {
  const { message, mentions } = await ana.types(`/community figures label:"${NASTY.replaceAll('\n', ' ')}"`)
  expect(mentions).toEqual([])
  const words =
    message?.blocks.map((block) => JSON.stringify(block)).filter((block) => block.includes('Option 2')) ?? []
  expect(words).toHaveLength(1)
  expect(words[0]?.match(/`{3}/g)).toHaveLength(2)
  expect(words[0]).not.toMatch(/<[!@s]/)
})

test('a post in a channel has the figures in letters, and the picture after it', async () => {
  await stage.platform.post(general(), shownFigures('The garden'), reading, 'key-of-a-post', undefined)
  const [said, picture] = ana.sees('general').slice(-2)
  expect(said?.text).toContain('The garden    3  ██████████')
  const [file] = picture?.message?.files ?? []
  expect(file).toMatchObject({ name: 'chart.png', alt: 'Votes for each option, of which one is The garden' })
  expect(sizeOfPng(file?.bytes ?? Buffer.alloc(24))).toMatchObject({ isPng: true, width: 960 })
})

test('a workspace that takes no files has the figures all the same', async () => {
  stage.fake.faults.next('files.getUploadURLExternal', { error: 'file_uploads_disabled' })
  await stage.platform.post(general(), shownFigures('The lake'), reading, 'another-key', undefined)
  expect(ana.sees('general').at(-1)?.text).toContain('The lake')
  expected += 1
})

test('a card that is drawn again has no picture that would grow old', async () => {
  const id = await stage.platform.draw(general(), shownFigures('The sea'), reading, 'key-of-a-card', null, undefined)
  await stage.platform.draw(general(), shownFigures('The hill'), reading, 'key-of-a-card', id, undefined)
  const shown = ana.sees('general').at(-1)
  expect(shown?.text).toContain('The hill')
  expect(shown?.files).toEqual([])
})
