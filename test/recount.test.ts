import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { count } from '../src/core/count.ts'
import { exportOf, sealOf, writeExport } from '../src/core/export-ballot.ts'
import { recount } from '../src/core/recount.ts'
import { ballot, file, seal, text, votes } from './sealed.ts'

test('an export recounts to the same result, proven by its seal', () => {
  const found = recount(text, seal)
  expect(found).toMatchObject({ verdict: 'as sealed', isAsWritten: true, seal })
  expect(found.verdict === 'as sealed' && found.result).toEqual(count(ballot, votes))
})

test('without a seal it is counted as shown', () => {
  expect(recount(text)).toMatchObject({ verdict: 'as shown', result: count(ballot, votes) })
})

test('an outsider can make the chain with SHA-256 and sorted JSON alone', () => {
  const sha = (words: string) => createHash('sha256').update(words, 'utf8').digest('hex')
  const read = JSON.parse(text)
  const { rules } = read.ballot
  const head = `{"closed":"${ballot.closed}","electorate":40,"kind":"ranked","opened":"${ballot.opened}","options":${JSON.stringify(ballot.options)},"question":"Which evening?","rules":{"passShare":null,"quorum":{"of":10,"parts":1},"seats":1,"seed":"museum-2026","tie":"drawn"}}`
  expect(rules.tie).toBe('drawn')
  let previous = sha(head)
  expect(read.start).toBe(previous)
  for (const { key, vote, delegated, hash } of read.rows) {
    const row = `{${delegated ? '"delegated":true,' : ''}"key":"${key}","vote":{"order":[${vote.order}]}}`
    previous = sha(`${previous}${row}`)
    expect(hash).toBe(previous)
  }
  expect(seal).toBe(previous)
})

test('rows stand in the order of their keys, which tells nothing about when somebody voted', () => {
  const keys = file.rows.map(({ key }) => key)
  expect(keys).toEqual(votes.map(({ key }) => key).sort())
  expect(writeExport(exportOf(ballot, [...votes].reverse()))).toBe(text)
})

test('the first changed row is named', () => {
  const changed = { ...file, rows: file.rows.map((row, i) => (i >= 2 ? { ...row, vote: { order: [0] } } : row)) }
  expect(recount(writeExport(changed), seal)).toEqual({ verdict: 'changed', row: 3, key: file.rows[2]?.key })
  const rehashed = { ...file, rows: file.rows.map((row, i) => (i === 1 ? { ...row, hash: '0'.repeat(64) } : row)) }
  expect(recount(writeExport(rehashed), seal)).toMatchObject({ verdict: 'changed', row: 2 })
  const without = { ...file, rows: file.rows.toSpliced(1, 1) }
  expect(recount(writeExport(without))).toMatchObject({ verdict: 'changed', row: 2, key: file.rows[2]?.key })
  const asked = { ...file, ballot: { ...ballot, electorate: 9 } }
  expect(recount(writeExport(asked), seal)).toEqual({ verdict: 'changed', row: 0 })
})

test('a file whose chain was made anew is said to be resealed', () => {
  const [first, ...rest] = votes
  if (!first) throw new Error('there are no votes')
  const anew = writeExport(exportOf(ballot, [{ ...first, vote: { order: [2] } }, ...rest]))
  expect(recount(anew)).toMatchObject({ verdict: 'as shown' })
  expect(recount(anew, seal)).toMatchObject({ verdict: 'resealed', given: seal })
  const shorter = { ...file, rows: file.rows.slice(0, -1) }
  expect(recount(writeExport(shorter), seal)).toMatchObject({ verdict: 'resealed' })
})

test('every changed byte is noticed', () => {
  const bytes = Buffer.from(text)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const other = Buffer.from(bytes)
      other[at] = ((other[at] ?? 0) + by) % 256
      const found = recount(other.toString('utf8'), seal)
      // A space put for a line's end changes no content; it is still told.
      if (found.verdict === 'as sealed')
        expect(found).toMatchObject({ isAsWritten: false, result: count(ballot, votes) })
    }),
    { numRuns: 3000, seed: 1 },
  )
})

test('whatever is put into a file, it is as sealed only if its content is the same', () => {
  const bare = (words: string) => words.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
  const places = Array.from(text.matchAll(/[{}[\],:]/g), ({ index }) => index + 1)
  const part = fc.constantFrom(
    ...[
      ' ',
      '\n',
      '0',
      '.0',
      'e0',
      '-',
      '"',
      ',',
      '{}',
      '[]',
      '"vote":{"order":[2]},',
      '"order":[2],',
      '"delegated":true,',
    ],
    ...['"__proto__":{"order":[2]},', '"__proto__":1,', '"electorate":7,', '"question":"Why?",', '"rows":[],'],
    ...['"vo\\u0074e":{"order":[2]},', '"\\u005f_proto__":null,', '"hash":"",', '"seats":2,', '"version":2,'],
  )
  const at = fc.oneof(fc.constantFrom(...places), fc.nat(text.length))
  let same = 0
  fc.assert(
    fc.property(at, fc.oneof(part, fc.string({ minLength: 1, maxLength: 3 })), (place, put) => {
      const other = text.slice(0, place) + put + text.slice(place)
      const found = recount(other, seal)
      if (found.verdict !== 'as sealed') return
      same++
      expect(found.isAsWritten).toBe(false)
      expect(bare(other)).toBe(bare(text))
    }),
    { numRuns: 5000, seed: 1 },
  )
  expect(same).toBeGreaterThan(30)
})

test('a field that stands twice, or that programs read in two ways, is told', () => {
  const because = (from: string, to: string) => {
    const found = recount(text.replace(from, to), seal)
    return found.verdict === 'unreadable' ? found.because : found.verdict
  }
  expect(because('"vote":', '"vote":{"order":[2]},"vote":')).toBe(
    'The file is damaged: the field vote stands twice in one place.',
  )
  expect(because('"vote":', '"vot\\u0065":1,"vote":')).toMatch(/the field vote stands twice/)
  expect(because('"vote":{', '"vote":{"__proto__":{"order":[2]},')).toMatch(/may be called __proto__/)
  expect(because('"electorate":40', '"electorate":40.0000000000000000001')).toMatch(/the number 40\.0/)
  expect(because('"Go"', '"\\u0047o"')).toBe('as sealed')
})

test('a file that another program saved is counted, and it is told', () => {
  const saved = `\uFEFF${JSON.stringify(JSON.parse(text), null, 2).replaceAll('\n', '\r\n')}`
  expect(recount(saved, seal)).toMatchObject({ verdict: 'as sealed', isAsWritten: false })
})

test('what is no export, or holds what it cannot, is told in a sentence', () => {
  const because = (words: string) => {
    const found = recount(words)
    return found.verdict === 'unreadable' ? found.because : found.verdict
  }
  expect(because(text.slice(0, 300))).toMatch(/^This is not JSON/)
  expect(because('[]')).toMatch(/^This is not the export of a ballot/)
  expect(because('{"format":"other"}')).toMatch(/^This is not the export of a ballot/)
  expect(because(text.replace('"version":1', '"version":2'))).toMatch(/another version/)
  expect(because(text.replace('"electorate":40', '"electorate":"40"'))).toMatch(
    /^The file is damaged: at ballot.electorate/,
  )
  const [first] = votes
  if (!first) throw new Error('there are no votes')
  expect(because(writeExport(exportOf(ballot, [{ ...first, vote: { order: [7] } }])))).toMatch(
    /^Row 1 .* holds no vote/,
  )
  expect(because(writeExport(exportOf(ballot, [first, first])))).toMatch(/stands in two rows/)
  expect(because(writeExport(exportOf({ ...ballot, electorate: 4 }, votes)))).toMatch(
    /^There are 5 ballots, and only 4/,
  )
})

test('a ballot nobody voted in has a seal too', () => {
  const none = exportOf(ballot, [])
  expect(recount(writeExport(none), sealOf(none))).toMatchObject({
    verdict: 'as sealed',
    result: { outcome: 'no votes' },
  })
})
