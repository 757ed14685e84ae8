import { type CheerioAPI, load } from 'cheerio'

/** A page as somebody reads it. */
export interface Page {
  status: number
  path: string
  /** Its heading and everything below it, as lines of words. */
  text: string
  headers: Headers
  body: string
  $: CheerioAPI
}

/** A browser with no script, which keeps cookies and fills in forms as they stand on the page. */
export class Browser {
  page: Page | undefined
  readonly cookies = new Map<string, string>()
  readonly #site: string
  /** Pages are reached here, whatever address they call themselves by. */
  readonly #at: string

  constructor(site: string, at: string) {
    this.#site = site
    this.#at = at
  }

  /** Opens an address, or one that stood in a mail. */
  async opens(address: string): Promise<Page> {
    return this.#ask(new URL(address, this.#site), { method: 'GET' })
  }

  /** Follows the link that begins with these words. */
  async follows(words: string): Promise<Page> {
    const { $ } = this.#now()
    const link = $('a')
      .toArray()
      .find((one) => $(one).text().trim().startsWith(words))
    const href = link && $(link).attr('href')
    if (!href) throw new Error(`there is no link “${words}” in: ${this.#now().text}`)
    return this.opens(href)
  }

  /** Fills in the form with the main button of the page, and sends it. */
  async sends(fields: Record<string, string>, label?: string): Promise<Page> {
    const { $, path } = this.#now()
    const button = $('button')
      .toArray()
      .find((one) => (label === undefined ? $(one).hasClass('main') : $(one).text().trim() === label))
    if (!button) throw new Error(`there is nothing to send in: ${this.#now().text}`)
    return this.#submit($(button).closest('form'), $(button), fields, path)
  }

  /** Presses a button, or chooses from a list, in the message that contains these words. */
  async presses(label: string, containing = ''): Promise<Page> {
    const { $, path } = this.#now()
    const around = (one: Parameters<CheerioAPI>[0]) =>
      wordsOf(
        $(one as string)
          .closest('section, li, main')
          .text(),
      )
    const button = $('button')
      .toArray()
      .find((one) => $(one).text().trim() === label && around(one).includes(containing))
    if (button) return this.#submit($(button).closest('form'), $(button), {}, path)
    const option = $('option')
      .toArray()
      .find((one) => $(one).text().trim() === label && around(one).includes(containing))
    if (!option) throw new Error(`there is no button [${label}] in: ${this.#now().text}`)
    const select = $(option).closest('select')
    const chosen = { [select.attr('name') ?? '']: $(option).attr('value') ?? '' }
    const form = $(option).closest('form')
    return this.#submit(form, form.find('button').first(), chosen, path)
  }

  /** Sends whatever it likes, as a page of another site might. */
  async posts(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.#ask(new URL(path, this.#site), { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  /** The fields of a form as it stands on the page, hidden ones too. */
  fieldsOf(form: ReturnType<CheerioAPI>): Record<string, string> {
    const { $ } = this.#now()
    const fields = form.find('input, textarea, select').toArray()
    return Object.fromEntries(
      fields.flatMap((one) => {
        const name = $(one).attr('name')
        const value = $(one).val()
        if (!name || $(one).attr('type') === 'file') return []
        return [[name, typeof value === 'string' ? value : '']]
      }),
    )
  }

  #now(): Page {
    if (!this.page) throw new Error('no page is open')
    return this.page
  }

  #submit(form: ReturnType<CheerioAPI>, button: ReturnType<CheerioAPI>, typed: Record<string, string>, path: string) {
    const { $ } = this.#now()
    const unknown = Object.keys(typed).filter((name) => form.find(`[name="${name}"]`).length === 0)
    if (unknown.length > 0) throw new Error(`the form has no field ${unknown.join(', ')}: ${this.#now().text}`)
    const pressed = button.attr('name') ? { [button.attr('name') ?? '']: button.attr('value') ?? '' } : {}
    const fields = { ...this.fieldsOf(form), ...typed, ...pressed }
    const missing = form
      .find('[required]')
      .toArray()
      .map((one) => $(one).attr('name') ?? '')
    const empty = missing.find((name) => !fields[name])
    if (empty) throw new Error(`a browser would not send it: ${empty} is required`)
    const to = new URL(form.attr('action') ?? path, new URL(path, this.#site))
    if (form.attr('method')?.toLowerCase() !== 'post') {
      to.search = new URLSearchParams(fields).toString()
      return this.#ask(to, { method: 'GET' })
    }
    if (form.attr('enctype') !== 'multipart/form-data')
      return this.#ask(to, { method: 'POST', body: new URLSearchParams(fields) })
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) {
      const isFile = form.find(`input[type=file][name="${name}"]`).length > 0
      if (isFile) body.set(name, new Blob([value], { type: 'text/csv' }), 'list.csv')
      else body.set(name, value)
    }
    return this.#ask(to, { method: 'POST', body })
  }

  async #ask(url: URL, init: RequestInit): Promise<Page> {
    if (url.origin !== new URL(this.#site).origin) throw new Error(`that leads elsewhere: ${url}`)
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(url.pathname + url.search, this.#at), {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie && { cookie }), 'sec-fetch-site': 'same-origin', ...init.headers },
    })
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (/max-age=0/i.test(set)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const to = response.headers.get('location')
    if (to !== null) {
      await response.body?.cancel()
      return this.#ask(new URL(to, url), { method: 'GET' })
    }
    const body = await response.text()
    const $ = load(body)
    const { status, headers } = response
    this.page = { status, headers, body, path: url.pathname + url.search, $, text: readable($) }
    return this.page
  }
}

/** What stands on the page below its navigation, a line for each part; buttons in brackets. */
function readable($: CheerioAPI): string {
  const copy = load($.html())
  copy('header, footer, head, datalist, .skip').remove()
  copy('button').each((_, one) => void copy(one).replaceWith(` [${copy(one).text().trim()}] `))
  copy('option').each(
    (_, one) => void copy(one).replaceWith(copy(one).attr('value') ? ` [${copy(one).text().trim()}] ` : ''),
  )
  copy('dt').each((_, one) => void copy(one).append(': '))
  copy('h1, h2, h3, p, div, li, article, section').each((_, one) => void copy(one).append('\n'))
  return copy('body').text().split('\n').map(wordsOf).filter(Boolean).join('\n')
}

const wordsOf = (text: string) => text.replaceAll(/[^\S\n]+/g, ' ').trim()
