import type { Context } from 'hono'
import { html } from 'hono/html'
import { ON_THE_WEB, SESSION_LIVES_MS } from '../core/person.ts'
import type { Delivery, Raw } from '../router.ts'
import type { SignedIn } from '../store/web-sessions.ts'
import { cameFrom, cookieOf, isOurs, paces, waitWords } from './guard.ts'
import { type PageParts, page } from './page.ts'
import type { Answered, Visit, WebParts } from './parts.ts'
import { drawn, type Html, type Pressing } from './render.ts'

/** The name of the hidden fields that every form carries. */
const SEAL = 'kindred-form'
const ONCE = 'kindred-once'
const MESSAGE = 'kindred-message'
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** A form that was sent from one of our pages: its fields, and what goes along unseen. */
export interface Sent {
  fields: Raw
  /** The same for a form that is sent twice. */
  once: string
  /** The message in the inbox whose button was pressed. */
  message: string | undefined
}

/** Who acts: somebody signed in, or the address that a personal link was written to. */
type Acting = { account: Omit<Delivery['account'], 'isStaff'>; isStaff: boolean; isUnseen?: true }

/** The one character that no database takes, shown as what can't be read. */
const storable = (words: string) => words.replaceAll('\0', '\ufffd')

/** What all pages share: who visits, how a page is put together, and what was sent. */
export type Desk = ReturnType<typeof createDesk>

export function createDesk(parts: WebParts) {
  const { books, commands, site, proxies, draw, now, formHashes } = parts
  const cookie = cookieOf(site)
  const pace = paces()

  async function visit(c: Context): Promise<Visit> {
    const held = cookie.read(c)
    return { ...(await books.visit(held)), cookie: held ?? newcomer(c), from: cameFrom(c, proxies) }
  }

  /** Who is not signed in has a cookie too, by which a form is known to be drawn for this browser. */
  function newcomer(c: Context): string {
    const words = draw()
    cookie.write(c, words, SESSION_LIVES_MS / 1000)
    return words
  }

  /** A browser is someone else's from now on: whatever it held before counts no more. */
  function signIn(c: Context, before: Visit, token: string, signedIn: SignedIn): Visit {
    cookie.write(c, token, SESSION_LIVES_MS / 1000)
    return { ...before, cookie: token, signedIn }
  }

  function hidden(visit: Visit, message?: string): Html {
    const [seal = ''] = formHashes(visit.cookie)
    return html`<input type="hidden" name="${SEAL}" value="${seal}"><input type="hidden" name="${ONCE}" value="${draw()}">${
      message === undefined ? '' : html`<input type="hidden" name="${MESSAGE}" value="${message}">`
    }`
  }

  /** Where the buttons of a message are sent to. */
  function pressing(visit: Visit, action = '/press', message?: string): Pressing {
    return { action, hidden: () => hidden(visit, message) }
  }

  /** The page of a command that stands in a text. */
  function pageOf(typed: string): string | undefined {
    const { command, raw } = parts.parse(typed.replace(/^\//, ''))
    const found = commands.find(({ name }) => name === command)
    if (!typed.startsWith('/') || !found) return undefined
    const known = Object.entries(raw).filter(
      ([name, words]) => !isPlaceholder(words) && found.shapes.some((shape) => shape.name === name),
    )
    const query = new URLSearchParams(known).toString()
    return `/do/${command}${query && `?${query}`}`
  }

  function show(answer: Answered, press: Pressing | undefined, level: 2 | 3 = 2): Html {
    return drawn(answer.content, answer, press, pageOf, level)
  }

  async function send(c: Context, visit: Visit, parts: PageParts, status: 200 | 403 | 404 | 413 | 422 | 429 = 200) {
    const hiddenHere = visit.signedIn ? { hidden: hidden(visit) } : {}
    return c.html(await page({ ...hiddenHere, ...parts }, visit, commands), status)
  }

  const apology = (c: Context, visit: Visit, title: string, words: string, status: 403 | 404 | 422 | 429) =>
    send(c, visit, { title, main: html`<p>${words}</p><p><a href="/">To the start</a></p>`, isPrivate: true }, status)

  const missing = (c: Context, visit: Visit) =>
    apology(c, visit, 'There is no such page', 'It may have been moved, or be over.', 404)

  /** What was sent, or the answer to who must not send it. Where the address itself permits it, it may come from anywhere. */
  async function sent(c: Context, visit: Visit, isPermitted = false): Promise<Sent | Response> {
    const allowed = pace.sending(visit.signedIn?.personId ?? visit.from, now())
    if (!allowed.allowed) return tooFast(c, visit, allowed.waitSeconds)
    const body = await c.req.parseBody().catch((): Record<string, string | File> => ({}))
    const fields: Raw = {}
    for (const [name, value] of Object.entries(body)) {
      // A mark of the encoding stays, and bytes that are no UTF-8 show, so that whoever reads the file can tell.
      if (value instanceof File && value.size > 0) fields[name] = storable(UTF8.decode(await value.arrayBuffer()))
      else if (typeof value === 'string') fields[name] = storable(value)
    }
    const { [SEAL]: seal = '', [ONCE]: once = '', [MESSAGE]: message, ...others } = fields
    if (!isPermitted && !isOurs(c, seal, visit.cookie, formHashes))
      return apology(
        c,
        visit,
        'That page was too old',
        'It was opened before you signed in or out, or by another site. Nothing was done. Go back, load the page again, and press once more.',
        403,
      )
    // What was changed since is another thing, also on a page that the browser kept.
    const [same = ''] = formHashes(JSON.stringify(others))
    return { fields: others, once: `${once.slice(0, 26)}-${same.slice(0, 12)}`, message }
  }

  const tooFast = (c: Context, visit: Visit, seconds: number) =>
    apology(
      c,
      visit,
      'That was a lot at once',
      `Nothing of this one was done. ${waitWords(seconds)} and try again.`,
      429,
    )

  /** Whether another mail may be asked for from there. */
  function mayMail(visit: Visit) {
    const allowed = pace.mailing(visit.from, now())
    return allowed.allowed ? pace.mailingInAll('', now()) : allowed
  }

  /** Whether another page may be opened from there. */
  const mayLook = (c: Context) => pace.looking(cameFrom(c, proxies), now())

  /** Whether something more may be read over the API by a key. */
  const mayRead = (keyId: string) => pace.reading(keyId, now())

  async function isSignedIn(c: Context): Promise<boolean> {
    const held = cookie.read(c)
    return held !== undefined && (await books.visit(held)).signedIn !== undefined
  }

  /** Something a signed-in person does; the same form sent again is the same delivery again. */
  function delivery({ account, isStaff, isUnseen }: Acting, once: string, what = ''): Delivery {
    // Nobody is answered what another was. What was pressed is not told by it: it may be a secret vote, and the ledger keeps it.
    const [hash = ''] = formHashes(`${account.externalId}/${once.slice(0, 40) || draw()}/${what}`)
    return {
      id: `web/${hash}`,
      account: { ...account, isStaff },
      ...(isUnseen && { isUnseen }),
      where: ON_THE_WEB,
      now: now(),
    }
  }

  /** Somebody who only looks, and is not known. */
  function looker(visit: Visit): Delivery {
    const known = visit.signedIn
    const account = { ...ON_THE_WEB, externalId: `visitor ${draw()}`, name: 'visitor' }
    return delivery(known ?? { account, isStaff: false }, draw(), 'look')
  }

  return {
    ...{
      visit,
      signIn,
      hidden,
      pressing,
      show,
      send,
      apology,
      missing,
      sent,
      tooFast,
      mayMail,
      mayLook,
      mayRead,
      isSignedIn,
      delivery,
      looker,
      pageOf,
    },
    leave: (c: Context) => cookie.clear(c),
  }
}

/** What stands in a text for what is still to be typed: `<name>`, `[community]`, `you@example.org`, `https://...`. */
const isPlaceholder = (words: string) => /^[<[].*[>\]]$|^\.\.\.$|^you@example\.org$|\/\.\.\.$/.test(words)
