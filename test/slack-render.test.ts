import { describe, expect, test } from 'vitest'
import { lines, say } from '../src/core/say.ts'
import type { Reading } from '../src/platform.ts'
import type { Content } from '../src/reply.ts'
import { LIMITS } from '../src/slack/limits.ts'
import { type Block, inOne, inView, type Page, renderer } from '../src/slack/render.ts'
import { modalOf } from '../src/slack/views.ts'

const reading: Reading = {
  names: { p1: { name: 'Ana', externalId: 'U1' }, p2: { name: '<!here> *Ben*' } },
  zone: 'Europe/Berlin',
  language: 'en',
}
const render = renderer('/community')
const shown = (content: Content) => render(content, reading)
const markup = (content: Content) =>
  shown(content)
    .flatMap(({ blocks }) => blocks.map(wordsOf))
    .join('\n')

function wordsOf(block: Block): string {
  if (block.type === 'header') return `# ${block.text.text}`
  if (block.type === 'section') return block.text?.text ?? ''
  return block.elements.map((one) => (one.type === 'button' ? `[${one.text.text}]` : one.type)).join(' ')
}

describe('words', () => {
  test('nothing typed becomes a mention, a link or formatting', () => {
    const typed = '<!channel> <@U1> <https://evil.example|bank> *b* _i_ ~s~ `c` a_b & &amp; ```x```'
    const out = markup({ text: say`${typed}` })
    expect(out).not.toMatch(/<[!@h]/)
    expect(out).not.toMatch(/[*~`]/)
    expect(out).toContain('&lt;!channel&gt;')
    expect(out).toContain('a_b &amp; &amp;amp;')
    expect(out).not.toMatch(/(^|\s)_/)
  })

  test('a line that begins like a quotation is none', () => {
    expect(markup({ text: say`${'> said\n>> again'}` })).toBe('› said\n›&gt; again')
  })

  test('markup is not looked for in plain words', () => {
    const [page] = shown({ text: say`#general https://example.org` })
    expect(page.blocks[0]).toMatchObject({ text: { verbatim: true } })
  })

  test('people are mentioned where they are, and named elsewhere', () => {
    expect(markup({ text: say`${{ person: 'p1' }} and ${{ person: 'p2' }} and ${{ person: 'p3' }}` })).toBe(
      '<@U1> and @&lt;!here&gt; ∗Ben∗ and @someone',
    )
  })

  test('times are shown by the reader’s own clock, with words for where that fails', () => {
    const when = new Date('2026-01-05T12:00:00Z')
    expect(markup({ text: say`${{ when }}` })).toBe(
      '<!date^1767614400^{date_long_pretty} {time}|Mon 5 Jan 2026, 13:00 (GMT+1)>',
    )
    expect(markup({ card: { title: say`${{ when }}` } })).toBe('# Mon 5 Jan 2026, 13:00 (GMT+1)')
  })

  test('commands are written as they are typed here', () => {
    expect(markup({ text: say`${{ typed: '/join parents-united' }}` })).toBe('`/community join parents-united`')
    expect(markup({ text: say`${{ typed: '/communities' }} ${{ typed: 'name:`x`' }}` })).toBe(
      '`/community list` `name:ˋxˋ`',
    )
    const other = renderer('/kindred')({ text: say`${{ typed: '/start-community' }}` }, reading)
    expect(other[0].text).toBe('`/kindred start`')
  })

  test('a link shows no other address than its own', () => {
    expect(markup({ text: say`${{ link: 'https://a.example/?x=1&y=2', label: 'the | notice>' }}` })).toBe(
      '<https://a.example/?x=1&amp;y=2|the ǀ notice&gt;>',
    )
    expect(markup({ text: say`${{ link: 'https://a.example/', label: 'https://bank.example' }}` })).toBe(
      '<https://a.example/>',
    )
    expect(markup({ text: say`${{ link: 'javascript:alert(1)', label: 'here' }}` })).toBe('here')
  })
})

describe('limits', () => {
  const buttons = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ label: say`${`Button ${i} ${'x'.repeat(90)}`}`, press: `join?c=${i}` }))
  const within = (pages: Page[]) => {
    for (const { text, blocks } of pages) {
      expect(text.length).toBeGreaterThan(0)
      expect(blocks.length).toBeLessThanOrEqual(LIMITS.blocks)
      const ids = blocks
        .flatMap((block) => (block.type === 'actions' ? block.elements : []))
        .map((one) => one.action_id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const block of blocks) {
        if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(LIMITS.header)
        if (block.type === 'section') expect(block.text?.text.length).toBeLessThanOrEqual(LIMITS.section)
        if (block.type !== 'actions') continue
        expect(block.elements.length).toBeLessThanOrEqual(LIMITS.buttonsInABlock)
        for (const one of block.elements)
          if (one.type === 'button') expect(one.text.text.length).toBeLessThanOrEqual(LIMITS.buttonLabel)
      }
    }
  }

  test('whatever is longer than one message is several, and nothing of it is lost', () => {
    const words = Array.from({ length: 6_000 }, (_, i) => `word${i}`)
    const pages = shown({
      text: say`${words.join(' ')}`,
      card: {
        title: say`${'t'.repeat(400)}`,
        fields: words.slice(0, 60).map((word) => ({ label: say`${word}`, value: say`${'v '.repeat(400)}` })),
        buttons: buttons(60),
      },
    })
    within(pages)
    expect(pages.length).toBeGreaterThan(3)
    const all = pages.flatMap(({ blocks }) => blocks.map(wordsOf)).join(' ')
    for (const word of words) expect(all).toContain(word)
    for (let i = 0; i < 60; i++) expect(all).toContain(`[Button ${i} `)
  })

  test('no escape, mention or time is cut in two', () => {
    for (let n = 2_950; n < 3_010; n++) {
      const pages = shown({
        text: say`${'x'.repeat(n)}${'&'}${{ person: 'p1' }}${{ when: new Date(0) }}${'<'.repeat(5)}`,
      })
      for (const block of pages.flatMap((page) => page.blocks)) {
        expect(wordsOf(block)).not.toMatch(/&[a-z]{0,4}$/)
        expect(wordsOf(block)).not.toMatch(/<[^>]*$/)
      }
    }
  })

  test('a message that must stay one keeps its buttons', () => {
    const page = inOne(shown({ text: say`${'long '.repeat(6_000)}`, card: { buttons: buttons(3) } }))
    within([page])
    expect(page.blocks.at(-1)?.type).toBe('actions')
  })

  test('a view holds at most a hundred blocks, and never none', () => {
    expect(inView(shown({ text: say`${'long '.repeat(80_000)}` })).length).toBe(LIMITS.viewBlocks)
    expect(inView(shown({}))).toHaveLength(1)
  })

  test('buttons of one address may stand in one message', () => {
    const same = { label: say`Join`, press: 'join?c=1' }
    const [page] = shown({ card: { buttons: [same, same] } })
    within([page])
    expect(page.blocks[0]).toMatchObject({ elements: [{ value: 'join?c=1' }, { value: 'join?c=1' }] })
    expect(page.text).toBe('[Join] [Join]')
  })

  test('a short file is shown, a long one is handed over', () => {
    const file = (text: string) => ({ name: 'me.json', type: 'application/json' as const, text })
    const [short] = shown({ text: say`Yours.`, file: file('{"a": "`<b>`"}') })
    expect(short.file).toBeUndefined()
    expect(short.blocks.map(wordsOf).join('\n')).toContain('```\n{"a": "ˋ&lt;b&gt;ˋ"}\n```')
    const pages = shown({ text: say`Yours.`, file: file('x'.repeat(9_000)) })
    expect(pages.at(-1)?.file?.text).toHaveLength(9_000)
  })

  test('what is for a calendar is handed over, however short, since a program opens it', () => {
    const file = { name: 'meetup.ics', type: 'text/calendar' as const, text: 'BEGIN:VCALENDAR' }
    const [page] = shown({ text: say`Open it with your calendar.`, file })
    expect(page.file).toEqual(file)
    expect(markup({ text: say`Open it with your calendar.`, file })).not.toContain('VCALENDAR')
  })
})

test('a choice folds, and each option is an address of its own', () => {
  const options = Array.from({ length: 25 }, (_, i) => ({ label: say`${`o${i}`}`, press: `rooms.carry?k=${i}` }))
  const [page] = shown({ card: { body: lines(say`Choose.`), choice: { label: say`What?`, options } } })
  expect(page.blocks[1]).toMatchObject({
    type: 'actions',
    elements: [{ type: 'static_select', action_id: 'choice', placeholder: { text: 'What?' } }],
  })
})

test('a form says in full what its title has no room for, and keeps where it came from', () => {
  const field = { name: 'reason', label: 'Why?', required: true, long: true, max: 5_000 }
  const form = { title: 'Why would you like to join this community?', address: 'join.ask?c=1', fields: [field] }
  const view = modalOf(form, { address: form.address, at: 1, url: 'u'.repeat(4_000) })
  expect(view.title.text.length).toBeLessThanOrEqual(LIMITS.modalTitle)
  expect(view.blocks[0]).toMatchObject({ text: { text: form.title } })
  expect(view.blocks[1]).toMatchObject({ block_id: 'reason', element: { max_length: LIMITS.modalInput } })
  expect(view.private_metadata?.length).toBeLessThanOrEqual(LIMITS.privateMetadata)
  expect(view.private_metadata).toContain('join.ask?c=1')
})
