import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { readAddressList, writeAddressList } from '../src/address-list.ts'
import { seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { endOfPersonal, readPersonal, writePersonal } from '../src/core/personal-link.ts'
import { menuOf } from '../src/discord/options.ts'
import { parseLine } from '../src/slack/parse.ts'
import { communityCalled, later, NEED, opened, personCalled } from './lookup.ts'
import { codeFor, onStage, SITE, type Stage, textOf } from './stage.ts'

/** The gate asks for as many as an organization may write to. */
const LONG = process.env.SLOW ? 50_000 : 5_000
const DAY_MS = 86_400_000

let stage: Stage
onStage(async (opening) => {
  stage = opening
  await opened(stage)
})

/** What staff are answered for a list, and the file they get back. */
async function invite(csv: string, community = 'parents-united') {
  const lines = csv.endsWith('\n') || csv === '' ? csv : `${csv}\n`
  await stage.play(`file list.csv <<END\n${lines}END`)
  const before = stage.outputs.length
  const told = await stage.actor('sam!').types(`/invite-list ${community} file:list.csv`)
  const shown = stage.outputs.slice(before).flatMap((one) => ('shown' in one && one.shown.file ? [one.shown.file] : []))
  return { told, file: shown[0] }
}
const linkIn = (row: string) => row.split(`${SITE}/i/`)[1] ?? 'no link'
const read = (token: string, now = stage.now()) => stage.read((store) => store.personalLinks.read(token, now))

describe('a list of addresses', () => {
  test('comes back with a link for each, which says to whom it was written and where it leads', async () => {
    const { told, file } = await invite('name,email\nDia,dia@example.org\nEva,Eva@Example.org')
    expect(told).toContain('2 rows read, 2 personal links into Parents United made.')
    expect(told).toContain('ends Sun 5 Apr 2026')
    expect(file?.name).toBe('parents-united-links.csv')
    const [heading, dia = '', eva = ''] = file?.text.split('\n') ?? []
    expect(heading).toBe('name,email,join_link')
    expect(dia).toMatch(/^Dia,dia@example.org,https:\/\/kindred.example\/i\/[\w-]+$/)
    const { id } = await communityCalled(stage, 'Parents United')
    expect(await read(linkIn(dia))).toEqual({
      communityId: id,
      email: 'dia@example.org',
      madeAt: stage.now(),
      endsAt: later(stage, 90 * DAY_MS),
    })
    expect(await read(linkIn(eva))).toMatchObject({ email: 'Eva@Example.org' })
  })

  test('is read as spreadsheets write it: with semicolons, umlauts, quotes and a mark in front', async () => {
    const csv =
      '\ufeffName;E-Mail-Adresse;Ort\r\n"Müller; Jörg";joerg@example.org;Köln\r\nÖzge "Özi";özge;"zwei\r\nZeilen"\r\n'
    const { told, file } = await invite(csv)
    expect(told).toContain('2 rows read, 1 personal link')
    expect(told).toContain('for want of an e-mail address: 1 row.')
    expect(file?.text.startsWith('\ufeffName;E-Mail-Adresse;Ort;join_link\r\n"Müller; Jörg";')).toBe(true)
    const rows: string[][] = parse(file?.text ?? '', { delimiter: ';', bom: true, record_delimiter: '\r\n' })
    expect(rows[2]).toEqual(['Özge "Özi"', 'özge', 'zwei\r\nZeilen', ''])
  })

  test.each([
    ['tabs', 'Nr\tMail\n1\tdia@example.org', '1\tdia@example.org\t'],
    ['no heading', 'dia@example.org,1\neva@example.org,2', 'eva@example.org,2,'],
    ['one column', 'E-mail\ndia@example.org', 'dia@example.org,'],
    ['a street that is called an address', 'address,EMAIL\n1 Elm St,dia@example.org', '1 Elm St,dia@example.org,'],
    ['a heading that says nothing', 'a,b\nx,dia@example.org', 'x,dia@example.org,'],
    ['commas within semicolons', 'a;email\n"x, y";dia@example.org', 'x, y;dia@example.org;'],
    ['longer rows than its heading', 'email\ndia@example.org,extra\neva@example.org', 'eva@example.org,,'],
  ])('with %s', async (_, csv, row) => {
    const { file } = await invite(csv)
    const found = file?.text.split('\n').find((line) => line.startsWith(`${row}${SITE}/i/`))
    expect(found, file?.text).toBeDefined()
    expect(await read(linkIn(found ?? ''))).toMatchObject({ email: row.match(/[a-z]+@example.org/)?.[0] })
  })

  test('gives an address that stands in it twice one link, however it is written', async () => {
    const { told, file } = await invite('email\ndia@example.org\nDIA@example.org\n dia@example.org')
    expect(told).toContain('3 rows read, 1 personal link')
    const links = file?.text.trim().split('\n').slice(1).map(linkIn)
    expect(new Set(links).size).toBe(1)
  })

  test('given back once more has its links made anew, in the same column', async () => {
    const { file } = await invite('email,name\ndia@example.org,Dia')
    await stage.pass('1d')
    const again = await invite(file?.text ?? '')
    expect(again.file?.text.split('\n')[0]).toBe('email,name,join_link')
    expect(await read(linkIn(again.file?.text.split('\n')[1] ?? ''))).toMatchObject({ madeAt: stage.now() })
  })

  test('hands nothing to a spreadsheet that it would reckon with', async () => {
    const { file } = await invite('email,note,@plus\ndia@example.org,=HYPERLINK(),+49\neva@example.org,-1,"\tx"')
    const rows: string[][] = parse(file?.text ?? '')
    expect(rows.map((row) => row.slice(1, 3))).toEqual([
      ['note', "'@plus"],
      ["'=HYPERLINK()", "'+49"],
      ["'-1", "'\tx"],
    ])
  })

  test('has no link for whoever was forgotten, until they come back', async () => {
    const prove = async () => {
      await stage.actor('dia').types('/email dia@example.org')
      await stage.actor('dia').types(`/email ${codeFor(stage, 'dia@example.org')}`)
    }
    await prove()
    const before = await invite('email\ndia@example.org')
    const older = linkIn(before.file?.text.split('\n')[1] ?? '')
    expect(await read(older)).toMatchObject({ email: 'dia@example.org' })
    const { id } = await personCalled(stage, 'dia')
    await stage.read((store) => store.tombstones.raise([id], stage.now()))
    const { told, file } = await invite('email\nDia@example.org\neva@example.org')
    expect(told).toContain('asked to be forgotten here: 1 row.')
    expect(file?.text.split('\n')[1]).toBe('Dia@example.org,')
    expect(await read(older)).toBe('ended')
    await prove()
    expect((await invite('email\ndia@example.org')).told).toContain('1 personal link into')
  })

  test(`of ${LONG} comes back in under 10 seconds`, async () => {
    const rows = Array.from({ length: LONG }, (_, i) => `${i},Müller ${i},person${i}@example.org,Elm Street ${i}`)
    const started = performance.now()
    const { told, file } = await invite(['nr,name,email,street', ...rows].join('\n'))
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(told).toContain(`${LONG} rows read, ${LONG} personal links`)
    expect(new Set(file?.text.trim().split('\n').slice(1).map(linkIn)).size).toBe(LONG)
  })

  test('leaves a count in the audit, and no address anywhere', async () => {
    await invite('email\nzelda@example.org\nzoe@example.org')
    expect(await stage.actor('sam!').types('/audit')).toContain('sam made 2 personal links into Parents United.')
    const answers = await stage.read((store) => store.audit.list('', 0, 10))
    expect(JSON.stringify(answers)).not.toContain('@example.org')
  })
})

describe('no links are made', () => {
  const LIST = 'email\ndia@example.org'

  test.each([
    ['sensitive', 'sensitive:yes', 'sam', 'Choir is sensitive: nobody is written to about it.'],
    ['secret', 'visibility:secret', 'sam', 'Choir is secret'],
  ])('into a %s community', async (_, more, founder, why) => {
    await stage.actor(founder).types(`/start-community Choir ${NEED} pledges:1 ${more}`)
    expect((await invite(LIST, '"Choir"')).told).toContain(why)
    expect(await stage.actor('sam!').types('/invite-list "Choir"')).toContain(why)
  })

  test('into one that nobody may know of', async () => {
    await stage.actor('ana').types(`/start-community Choir ${NEED} pledges:1 visibility:secret`)
    expect((await invite(LIST, '"Choir"')).told).toContain('There is no community called “Choir”')
  })

  test('into one that is not approved yet, or did not open in time; a wanted one takes people in', async () => {
    await stage.actor('ana').types(`/start-community Choir ${NEED} pledges:5 visibility:request`)
    expect((await invite(LIST, 'choir')).told).toContain('1 personal link into Choir')
    await stage.pass('60d')
    expect((await invite(LIST, 'choir')).told).toContain('There is no community called “choir”')
    await stage.actor('sam!').types('/setup approve:yes')
    await stage.actor('sam').types(`/start-community Cooks ${NEED} pledges:1`)
    expect((await invite(LIST, '"Cooks"')).told).toContain('Cooks waits to be approved')
  })

  test.each([
    ['an empty file', '', 'The file is empty.'],
    ['nothing but a heading', 'name,email', 'No column of the file holds e-mail addresses.'],
    ['no address', 'name,email\nDia,dia(at)example.org', 'No column of the file holds e-mail addresses.'],
    ['a quote that is not closed', 'email\n"dia@example.org', "can't be read as CSV"],
    ['another encoding', 'email,name\ndia@example.org,M\ufffdller', "Some letters of the file can't be read."],
    ['too many rows', `email\n${'dia@example.org\n'.repeat(100_001)}`, 'more than 100000 rows'],
  ])('from %s', async (_, csv, why) => {
    const { told, file } = await invite(csv)
    expect(told).toContain(why)
    expect(file).toBeUndefined()
    expect(told).not.toContain('dia')
  })

  test('from more than 10 MB, of which nothing is shown again or kept', async () => {
    const { told } = await invite(`email,note\ndia@example.org,${'ü'.repeat(5_000_000)}`)
    expect(told).toContain('file can have 10 MB at most. It goes like this: /invite-list <community> [file]')
    expect(told).not.toContain('dia@')
  })

  test('by anybody but staff', async () => {
    await stage.play(`file list.csv <<END\n${LIST}\nEND`)
    expect(await stage.actor('ana').types('/invite-list parents-united file:list.csv')).toContain('Only staff')
  })

  test('from a file that is not at hand', async () => {
    const outputs = await stage.play('@sam! /invite-list parents-united file:other.csv')
    expect(outputs.map(textOf).join()).toContain('error: There is no file other.csv at hand')
    expect((await stage.play('file other.csv <<END')).map(textOf).join()).toContain('has no line END')
  })
})

describe('without a file', () => {
  test('the answer says where a list is given', async () => {
    const told = await stage.actor('sam!').types('/invite-list parents-united')
    expect(told).toContain(`${SITE}/do/invite-list`)
    expect(told).toContain('join_link')
  })

  test('chat platforms ask for none, and take no words for one', () => {
    const [staff] = menuOf(stage.commands.filter((command) => command.name === 'invite-list'))
    expect(JSON.stringify(staff)).toContain('"name":"community"')
    expect(JSON.stringify(staff)).not.toContain('"name":"file"')
    const shapesOf = (name: string) => stage.commands.find((command) => command.name === name)?.shapes
    expect(parseLine('invite-list parents-united file:list.csv', shapesOf)?.raw).toEqual({
      community: 'parents-united',
    })
    expect(parseLine('invite-list parents united', shapesOf)?.raw).toEqual({ community: 'parents united' })
  })

  test('a community that was misspelt is pressed, and the list given again', async () => {
    const { told } = await invite('email\ndia@example.org', 'parents-unted')
    expect(told).toContain('Did you mean')
    expect(await stage.actor('sam!').presses('Parents United')).toContain('/do/invite-list')
  })
})

describe('a personal link', () => {
  const NOW = new Date('2026-01-05T12:00:00Z')
  const keys = keysFrom([seededBytes('a')(32)], seededBytes('nonce'))
  const link = { communityId: '01J00000000000000000000000', email: 'dia@example.org', madeAt: NOW }
  const end = endOfPersonal(NOW)
  let token: string
  beforeEach(() => {
    token = writePersonal(keys, link)
  })

  test('is over after 90 days', () => {
    expect(readPersonal(keys, token, new Date(end.getTime() - 1))).toEqual({ ...link, endsAt: end })
    expect(readPersonal(keys, token, end)).toBe('ended')
  })

  test('cannot be forged: neither by another key nor by changing any letter', () => {
    const other = keysFrom([seededBytes('b')(32)], seededBytes('nonce'))
    expect(readPersonal(other, token, NOW)).toBeUndefined()
    for (let i = 0; i < token.length; i++) {
      const forged = `${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`
      expect(readPersonal(keys, forged, NOW)).toBeUndefined()
    }
    fc.assert(fc.property(fc.string(), (words) => readPersonal(keys, words, NOW) === undefined))
  })

  test('is nothing that was made for another use', async () => {
    expect(readPersonal(keys, keys.token('unsubscribe', '["a","b",1,9999999999]'), NOW)).toBeUndefined()
    expect(await stage.read((store) => store.notices.unsubscribe(token))).toBe(false)
  })

  test('outlives the key it was made with for as long as that is still in use', () => {
    const both = keysFrom([seededBytes('b')(32), seededBytes('a')(32)], seededBytes('nonce'))
    expect(readPersonal(both, token, NOW)).toMatchObject({ email: 'dia@example.org' })
  })

  test('is short enough for any mailing tool', () => {
    expect(token.length).toBeLessThan(200)
  })
})

test('whatever stands in a list, all of its cells and their order survive', () => {
  const cell = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom(';', ',', '\t', '"', '\n', '\r\n', 'ü', '=1', ' '))
  const row = fc.array(cell, { minLength: 2, maxLength: 2 })
  const lists = fc.record({
    heading: row,
    rows: fc.array(fc.tuple(row, fc.boolean()), { minLength: 1, maxLength: 6 }),
    delimiter: fc.constantFrom(',', ';', '\t'),
    newline: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
  })
  fc.assert(
    fc.property(lists, ({ heading, rows, delimiter, newline, bom }) => {
      // One address at least; the other rows may have none.
      const table = rows.map(([[a = '', b = ''], hasOne], i) => [a, hasOne || i === 0 ? `p${i}@example.org` : '', b])
      const given = [[heading[0] ?? '', 'email', heading[1] ?? ''], ...table]
      const text = stringify(given, { delimiter, record_delimiter: newline, bom, quoted_match: /[\r\n]/ })
      const list = readAddressList(text)
      const written = writeAddressList(
        list,
        'join_link',
        list.addresses.map((_, i) => `link ${i}`),
      )
      const back: string[][] = parse(written, { delimiter, bom: true, record_delimiter: ['\r\n', '\n'] })
      const defused = given.map((cells) => cells.map((one) => (/^[=+\-@\t\r]/.test(one) ? `'${one}` : one)))
      expect(back.map((cells) => cells.slice(0, -1))).toEqual(defused)
      expect(back.map((cells) => cells.at(-1))).toEqual(['join_link', ...table.map((_, i) => `link ${i}`)])
      expect(list.addresses).toEqual(table.map(([, email]) => email || undefined))
    }),
    { numRuns: 300 },
  )
})
