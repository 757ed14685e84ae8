import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { feed, meetupFile } from '../src/calendar.ts'
import { at, meetup, NOW, planned } from './calendar-meetups.ts'
import { nameOf, readCalendar } from './calendar-reader.ts'

describe('what people typed', () => {
  const NASTY = [
    'Tea\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\r\nEND:VEVENT',
    'BEGIN:VEVENT',
    '🏳️‍🌈👩‍👩‍👧'.repeat(150),
    'Größe; Maß, \\n und \\, „schön“',
    'ü'.repeat(300),
    'a\u2028SUMMARY:b\u2029c\u0085d\u000be\u0000f\u007fg\ttab',
    ' leading and trailing ',
  ]
  /** Line breaks are one kind, and characters that cannot be seen are gone. */
  const readable = (words: string) =>
    [...words.replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, '\n')]
      .filter((one) => /[\n\t]|[^\p{Cc}\p{Cs}]/u.test(one))
      .join('')

  function expectReadBack(words: string): void {
    const typed = { title: words, description: words, place: words }
    const [series] = planned(at('2027-01-05T19:00'), 'weekly', { times: 2 })
    for (const file of [meetupFile(meetup(typed), NOW), feed(words, [meetup(typed)], [{ ...series, ...typed }], NOW)]) {
      const { root, events } = readCalendar(file)
      const kinds = new Set(root.getAllSubcomponents().map((component) => component.name))
      expect([...kinds]).toEqual(['vtimezone', 'vevent'])
      expect(events.every((event) => event.component.getAllSubcomponents().length === 0)).toBe(true)
      for (const event of events) {
        const isSeries = event.isRecurring() ? 1 : 0
        const count = readable(words) === '' ? 9 : words === '' ? 9 : 11
        expect(event.component.getAllProperties()).toHaveLength(count + isSeries)
        expect([event.summary, event.description ?? '', event.location ?? '']).toEqual(Array(3).fill(readable(words)))
      }
      expect(nameOf(root)).toBe(file.includes('NAME:') ? readable(words).replaceAll('\n', ' ') : '')
      const lines = file.split('\r\n')
      expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
      expect(lines.join('')).not.toMatch(/[\r\n]/)
      expect(Buffer.from(file).toString()).toBe(file)
    }
  }

  test.each(NASTY)('is read back, and adds nothing: %j', (words) => expectReadBack(words))

  test('is read back, whatever it is', () => {
    const piece = fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      'BEGIN:VEVENT',
      'END:VCALENDAR',
      '\\',
      ';',
      ',',
      ':',
      '"',
      '\t',
      ' ',
      '\\n',
      '^n',
    )
    const words = fc.array(
      fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 30 })),
    )
    const typed = words.map((parts) => parts.join(''))
    fc.assert(fc.property(typed, expectReadBack), { numRuns: 40, seed: 1 })
  })

  test('in an address adds nothing either', () => {
    const url = 'https://kindred.example/a,b;c?x=1\r\nSUMMARY:evil'
    const { events } = readCalendar(meetupFile(meetup({ url }), NOW))
    expect(events[0]?.summary).toBe('Walk')
    expect(events[0]?.component.getFirstPropertyValue('url')).toBe('https://kindred.example/a%2Cb%3Bc?x=1SUMMARY:evil')
  })
})
