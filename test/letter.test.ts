import { load } from 'cheerio'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LetterWords, letterPen, wholeText } from '../src/core/letter.ts'
import { letterHtml } from '../src/core/letter-html.ts'
import { lines, say, type Text, type Value, write } from '../src/core/say.ts'
import { expectAgreement } from './received.ts'
import { SITE } from './stage.ts'
import { MARK, nasty } from './web/nasty.ts'

const ZONE = 'Europe/Berlin'
const head = (from = 'City Museum', subject = say`${from}: something new`) => ({
  from,
  subject,
  zone: ZONE,
  site: SITE,
})
const textOf = (words: LetterWords) => write(wholeText(words), letterPen(ZONE, SITE))
const bodyOf = (words: LetterWords) => load(letterHtml(words, head()))

/** All that may stand in a letter; what people type can be none of it. */
const ELEMENTS = ['html', 'head', 'meta', 'title', 'body', 'main', 'div', 'h1', 'h2', 'p', 'ul', 'li', 'br']
const IN_LINES = ['a', 'strong', 'code']
const ATTRIBUTES = ['lang', 'style', 'charset', 'name', 'content', 'href']

test('a letter is paragraphs under the name of the organization, its foot set apart', () => {
  const $ = bodyOf({
    text: lines(say`Walk is on ${{ when: new Date('2026-01-15T18:30:00Z') }}.`, lines(say`One`, say`Two`)),
    parts: [
      { heading: say`Topics`, lines: [say`${{ strong: 'Late hours' }} leads`, say``, say`Type ${{ typed: '/vote' }}`] },
      { heading: say`Meetups`, lines: [say`Walk`, say`${{ link: '/c/parents', label: 'Talk' }}`], isList: true },
    ],
    foot: say`To get no more: ${{ link: '/unsubscribe/x', label: 'no more by mail' }}`,
  })
  expect($('h1').text()).toBe('City Museum')
  expect($('title').text()).toBe('City Museum: something new')
  expect($('html').attr('lang')).toBe('en')
  const shown = $('h2, p, li').toArray()
  expect(shown.map((one) => `${one.tagName} ${$(one).text()}`)).toEqual([
    'p Walk is on Thu 15 Jan 2026, 19:30 (GMT+1).',
    'p One',
    'p Two',
    'h2 Topics',
    'p Late hours leads',
    'p Type /vote',
    'h2 Meetups',
    'li Walk',
    'li Talk',
    'p To get no more: no more by mail',
  ])
  expect($('strong').text()).toBe('Late hours')
  expect($('code').text()).toBe('/vote')
  expect(
    $('a')
      .toArray()
      .map((one) => $(one).attr('href')),
  ).toEqual([`${SITE}/c/parents`, `${SITE}/unsubscribe/x`])
  expect($('[style*=border-top]').text()).toContain('no more by mail')
})

test('nothing in a letter is fetched, set apart by a sheet, or run', () => {
  const html = letterHtml({ text: say`Hello` }, head())
  expect(html).not.toMatch(/<(img|style|link|script|iframe|form)|url\(|@import|http-equiv|src=/i)
})

test('what people type is never markup', () => {
  const typed = `<script>alert("1")</script> & <b onclick='x'>"it's"</b>`
  const link = { link: `https://museum.example/"onclick='x'&y=<b>`, label: typed }
  const words = { text: say`${typed} ${{ strong: typed }} ${{ typed }} ${link}` }
  const $ = load(letterHtml(words, head(typed, say`${typed}`)))
  expect($('script, b, [onclick]')).toHaveLength(0)
  expect($('h1').text()).toBe(typed)
  expect($('title').text()).toBe(typed)
  expect($('a').attr('href')).toBe(link.link)
  expect($('p').text()).toBe([typed, typed, typed, typed].join(' '))
  expectAgreement(textOf(words), letterHtml(words, head()))
})

test('a line break that somebody typed stays one', () => {
  const words = { text: say`Why: ${'first\nsecond <br>'}` }
  const $ = bodyOf(words)
  expect($('br')).toHaveLength(1)
  expect($('p').html()).toContain('second &lt;br&gt;')
  expectAgreement(textOf(words), letterHtml(words, head()))
})

test('links lead to web pages and mailboxes alone; another is its label and no more, in both parts', () => {
  const links = ['https://a.example/x?y=1&z=2', 'http://a.example', 'mailto:dora@museum.example', '/c/parents']
  for (const link of links) {
    const words = { text: say`See ${{ link, label: 'this' }}` }
    const whole = link.startsWith('/') ? `${SITE}${link}` : link
    expect(bodyOf(words)('a').attr('href'), link).toBe(whole)
    expect(textOf(words)).toBe(`See ${whole}`)
  }
  const others = [
    'javascript:alert(1)',
    ' javascript:x',
    'java\nscript:x',
    'data:text/html,x',
    'vbscript:x',
    'file:///x',
  ]
  for (const link of [...others, 'JaVaScript:x', 'https://', 'https://a b', 'https://a.example/\u202egnp.exe', '']) {
    const words = { text: say`See ${{ link, label: 'this' }}` }
    expect(bodyOf(words)('a'), link).toHaveLength(0)
    expect(bodyOf(words)('p').text(), link).toBe('See this')
    expect(textOf(words), link).toBe('See this')
  }
})

test('whatever the words are, both parts say the same, and only what may stand in a letter stands there', () => {
  const word = fc.oneof(nasty, fc.string({ unit: 'grapheme' }), fc.constant(MARK))
  const url = fc.oneof(
    word,
    fc.webUrl({ withQueryParameters: true }),
    word.map((end) => `https://a.example/${end}`),
  )
  const value: fc.Arbitrary<Exclude<Value, Text | Text[]>> = fc.oneof(
    word,
    fc.nat(),
    word.map((strong) => ({ strong })),
    word.map((person) => ({ person })),
    fc.record({ link: url, label: word }),
    word.map((typed) => ({ typed })),
    fc.record({ count: fc.nat(), one: fc.constant('<b>'), other: fc.constant('"&"') }),
  )
  const key = fc.constantFrom('{}', 'A {}', '{}, <b>{}</b> & "{}"', '{}\n{}')
  const line = fc.tuple(key, value, value, value).map(([fixed, ...all]): Text => {
    return { key: fixed, values: all.slice(0, fixed.split('{}').length - 1) }
  })
  const group = fc.array(line, { maxLength: 3 })
  const part = fc.record({ heading: fc.option(line, { nil: undefined }), lines: group, isList: fc.boolean() })
  const letter = fc.record({
    text: group.map((all) => lines(...all, lines(...all))),
    parts: fc.array(part, { maxLength: 3 }),
    foot: fc.option(line, { nil: undefined }),
  })
  fc.assert(
    fc.property(letter, word, (words, name) => {
      const html = letterHtml(words, head(name, say`${name}`))
      expectAgreement(textOf(words), html)
      const $ = load(html)
      expect($('*').not([...ELEMENTS, ...IN_LINES].join())).toHaveLength(0)
      for (const one of $('*').toArray())
        for (const attribute of Object.keys($(one).attr() ?? {})) expect(ATTRIBUTES).toContain(attribute)
      for (const one of $('a').toArray()) expect($(one).attr('href')).toMatch(/^(https?:\/\/|mailto:)/i)
    }),
    { numRuns: 300, seed: 1 },
  )
})
