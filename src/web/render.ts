import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { DateTime } from 'luxon'
import { drawChart } from '../chart.ts'
import { asWords, escaped } from '../core/markup.ts'
import { calledIn, LANGUAGE, labelPen } from '../core/plain.ts'
import { type Pen, type Text, write } from '../core/say.ts'
import type { Reading } from '../platform.ts'
import type { Button, Card, Chart, Choice, Content, Table } from '../reply.ts'

/** A piece of a page in which everything that people typed is escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** What the buttons of a message are drawn with: where they are sent to, and the fields that go along unseen. */
export interface Pressing {
  action: string
  hidden(): Html
}

/** Where a command leads that stands in a text: its page, or nothing where there is none of that name. */
export type PageOf = (typed: string) => string | undefined

/** Draws a message: its words, then its card, with buttons where they can be pressed. `level` is that of its headings. */
export function drawn(
  content: Content,
  reading: Reading,
  pressing: Pressing | undefined,
  pageOf: PageOf,
  level: 2 | 3 = 2,
): Html {
  const pen = penOf(reading, pageOf)
  const { text, card } = content
  return html`${text ? html`<p class="said">${written(text, pen)}</p>` : ''}${card ? cardOf(card, reading, pen, pressing, level) : ''}`
}

/** Words for where no markup can be: the title of a page, the label of a button. */
export function plainly(text: Text, reading: Reading): string {
  return write(text, labelOf(reading))
}

const labelOf = ({ names, zone }: Reading) => labelPen(names, zone, (words) => words)

function cardOf(card: Card, reading: Reading, pen: Pen, pressing: Pressing | undefined, level: 2 | 3): Html {
  const { title, body, fields = [], choice, buttons = [] } = card
  const heading = title && (level === 2 ? html`<h2>${written(title, pen)}</h2>` : html`<h3>${written(title, pen)}</h3>`)
  const named = fields.map(
    ({ label, value }) => html`<div><dt>${written(label, pen)}</dt><dd>${written(value, pen)}</dd></div>`,
  )
  return html`<article class="card">
${heading ?? ''}
${body ? html`<p>${written(body, pen)}</p>` : ''}
${named.length > 0 ? html`<dl>${named}</dl>` : ''}
${card.chart ? chartOf(card.chart, reading) : ''}
${card.table ? tableOf(card.table, card.chart?.title ?? title, reading, pen) : ''}
${choice && pressing ? choiceOf(choice, reading, pressing) : ''}
${buttons.length > 0 && pressing ? buttonsOf(buttons, reading, pressing) : ''}
</article>`
}

/** As a picture of its own, in which nothing that people typed can be part of the page. */
function chartOf(chart: Chart, reading: Reading): Html {
  const svg = Buffer.from(drawChart(chart, labelOf(reading))).toString('base64')
  return html`<img class="chart" alt="${plainly(chart.title, reading)}" src="data:image/svg+xml;base64,${svg}">`
}

function tableOf({ columns, rows }: Table, caption: Text | undefined, reading: Reading, pen: Pen): Html {
  const heads = columns.map((one) => html`<th scope="col">${written(one, pen)}</th>`)
  const lines = rows.map(([first, ...cells]) => {
    const figures = cells.map((cell) => html`<td>${written(cell, pen)}</td>`)
    return html`<tr>${first ? html`<th scope="row">${written(first, pen)}</th>` : ''}${figures}</tr>`
  })
  // Where it is wider than a phone it moves sideways, by keys as well.
  return html`<div class="table" role="region" tabindex="0"${caption ? html` aria-label="${plainly(caption, reading)}"` : ''}>
<table>${caption ? html`<caption>${written(caption, pen)}</caption>` : ''}
<thead><tr>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`
}

/** One form, whose buttons each send their own address. */
function buttonsOf(buttons: Button[], reading: Reading, { action, hidden }: Pressing): Html {
  const all = buttons.map(
    ({ label, press }) => html`<button name="press" value="${press}">${plainly(label, reading)}</button>`,
  )
  return html`<form method="post" action="${action}" class="buttons">${hidden()}${all}</form>`
}

function choiceOf({ label, options }: Choice, reading: Reading, { action, hidden }: Pressing): Html {
  const all = options.map((one) => html`<option value="${one.press}">${plainly(one.label, reading)}</option>`)
  return html`<form method="post" action="${action}" class="choice">${hidden()}
<label>${plainly(label, reading)} <select name="press">${all}</select></label> <button>Choose</button></form>`
}

function written(text: Text, pen: Pen): Html {
  // The pen below escapes every part of it.
  return raw(write(text, pen))
}

/** Every part of a text is escaped here, the fixed words too, and nowhere else. */
function penOf({ names, zone }: Reading, pageOf: PageOf): Pen {
  const plain = asWords
  return {
    // Other languages will be looked up here by the same key.
    translate: plain,
    plain,
    strong: (words) => `<strong>${plain(words)}</strong>`,
    person: (id) => `<span class="person">${plain(calledIn(names, id))}</span>`,
    when: (iso) => `<time datetime="${escaped(iso)}">${plain(whenIn(iso, zone))}</time>`,
    link: (url, label) => (leads(url) ? anchor(url, label) : plain(label)),
    typed: (words) => {
      const page = pageOf(words)
      return page === undefined ? `<code>${plain(words)}</code>` : anchor(page, words)
    },
    count: (n, one, other) => plain(`${n} ${new Intl.PluralRules(LANGUAGE).select(n) === 'one' ? one : other}`),
  }

  function anchor(url: string, label: string): string {
    const outside = url.startsWith('/') ? '' : ' rel="noopener noreferrer nofollow"'
    return `<a href="${escaped(url)}"${outside}>${plain(label)}</a>`
  }
}

/** Only pages are linked: an address of another kind may run something. */
function leads(url: string): boolean {
  return /^\/(?![/\\])/.test(url) || (/^https?:\/\//i.test(url) && URL.canParse(url))
}

function whenIn(iso: string, zone: string): string {
  return DateTime.fromISO(iso, { zone }).setLocale(LANGUAGE).toFormat("ccc d LLL yyyy, HH:mm '('ZZZZ')'")
}
