import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCommands } from '../../src/load-commands.ts'
import { figuresCommand, NASTY, shownFigures, sizeOfPng } from '../figures.ts'
import { folders } from '../stage.ts'
import type { Shown } from './shown.ts'
import { type DiscordStage, openDiscordStage } from './stage.ts'

let stage: DiscordStage
let guild: ReturnType<DiscordStage['fake']['guild']>
let ana: ReturnType<typeof guild.member>

beforeAll(async () => {
  stage = await openDiscordStage({ commands: [...(await loadCommands(folders.commands)), figuresCommand] })
  guild = stage.fake.guild('Museum')
  ana = guild.member('ana')
})
afterAll(async () => {
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures).toEqual([])
  await stage.close()
})

const reading = { names: {}, zone: 'UTC', language: 'en' }

/** The newest message that everyone sees. */
const inRoom = () =>
  ana
    .sees()
    .filter(({ isPrivate }) => !isPrivate)
    .at(-1)

/** The picture of a message, and the table below it. */
function figuresIn({ message }: Shown) {
  const [card, ...tables] = message?.embeds ?? []
  return { image: card?.image, tables: tables.map(({ description }) => String(description)) }
}

test('a private answer shows the chart in its card, with the table below as text', async () => {
  const shown = await ana.types('figures', { label: 'The garden' })
  expect(shown.isPrivate).toBe(true)
  const { image, tables } = figuresIn(shown)
  expect(image).toMatchObject({ url: 'attachment://chart.png' })
  expect(tables).toHaveLength(1)
  expect(tables[0]).toContain('The garden    3  ██████████')
  const [picture] = shown.message?.files ?? []
  expect(sizeOfPng(picture?.bytes ?? Buffer.alloc(24))).toMatchObject({ isPng: true, width: 960 })
  expect(shown.message?.attachments).toMatchObject([
    {
      filename: 'chart.png',
      content_type: 'image/png',
      description: 'Votes for each option, of which one is The garden',
    },
  ])
  expect(shown.buttons).toEqual(['Again'])
})

test('what takes its place leaves nothing of the picture', async () => {
  const again = await ana.presses('Again')
  expect(again.message?.attachments).toHaveLength(1)
})

test('nothing typed breaks out of the table', async () => {
  const { message } = await ana.types('figures', { label: NASTY })
  const [, table] = message?.embeds ?? []
  const words = String(table?.description)
  expect(words.match(/`{3}/g)).toHaveLength(2)
  expect(words.startsWith('```\n')).toBe(true)
  expect(words.endsWith('\n```')).toBe(true)
})

test('a long table is several messages, and nothing of it is lost', async () => {
  await ana.types('figures', { label: 'The garden', many: 400 })
  const tables = () =>
    ana.sees().flatMap(({ message }) => message?.embeds.map(({ description }) => String(description)) ?? [])
  await stage.until(() => tables().some((words) => words.includes('\nOption 400 ')))
  const all = tables()
  for (let n = 2; n <= 400; n++)
    expect(
      all.some((words) => words.includes(`\nOption ${n} `)),
      `${n}`,
    ).toBe(true)
})

test('a post in a room has picture and table, and so has a card that is drawn again', async () => {
  const where = { workspace: guild.id, place: guild.general.id, account: null }
  await stage.platform.post(where, shownFigures('The garden'), reading, 'key-of-a-post', undefined)
  const said = inRoom()
  expect(said?.isPrivate).toBe(false)
  expect(said && figuresIn(said).tables[0]).toContain('The garden')
  expect(said?.message?.attachments).toMatchObject([
    { filename: 'chart.png', description: expect.stringContaining('Votes') },
  ])
  const id = await stage.platform.draw(where, shownFigures('The lake'), reading, 'key-of-a-card', null, undefined)
  await stage.platform.draw(where, shownFigures('The hill'), reading, 'key-of-a-card', id, undefined)
  const drawn = inRoom()
  expect(drawn?.text).toContain('The hill')
  expect(drawn?.message?.attachments).toMatchObject([
    { description: 'Votes for each option, of which one is The hill' },
  ])
  await stage.platform.draw(
    where,
    { text: shownFigures('').text ?? { key: '', values: [] } },
    reading,
    'key-of-a-card',
    id,
    undefined,
  )
  expect(inRoom()?.message?.attachments).toEqual([])
})
