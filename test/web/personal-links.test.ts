import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hear } from '../../bench/tap.ts'
import type { Browser, Page } from './browser.ts'
import { askedFor, everything, invited, isIn, opened, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const LINKS = process.env.SLOW ? 50_000 : 2_000
const OPENED = process.env.SLOW ? LINKS : 100

let stage: WebStage
let ana: Browser
beforeEach(async () => {
  stage = await openWebStage({ settings: { PROXIES: '1' } })
  ana = await opened(stage)
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

/** What whoever holds the link is shown for all they can do with it. */
async function heldBySomebody(link: string): Promise<string[]> {
  const holder = stage.browser()
  const offered = await holder.opens(link)
  if (offered.status !== 200) return [`${offered.status} ${offered.text}`]
  const pages = [offered, await holder.presses('Join'), await holder.presses('Yes')]
  for (const path of ['/', '/notices', '/do/my', '/do/status', '/c/parents-united'])
    pages.push(await holder.opens(path))
  expect(await isIn(holder)).toBe(false)
  return pages.map(({ status, text }) => `${status} ${text}`)
}

/** The same words with another address in them. */
const named = (pages: string[], letter: string) => pages.map((words) => words.replaceAll(`${letter}...@`, 'X...@'))

/** People of whom an organization knows different things, each under an address of another first letter. */
const known: Record<string, (browser: Browser) => Promise<unknown>> = {
  async member(browser) {
    await browser.opens('/c/parents-united')
    await browser.presses('Join')
  },
  async yes(browser) {
    await browser.opens('/c/parents-united')
    await browser.presses('Join')
    await browser.presses('Yes', 'May the Museum')
  },
  async no(browser) {
    await browser.opens('/c/parents-united')
    await browser.presses('Join')
    await browser.presses('Not now')
  },
  async left(browser) {
    await browser.opens('/c/parents-united')
    await browser.presses('Join')
    await browser.opens('/do/leave?community=parents-united')
    await browser.sends({})
  },
  known: (browser) => browser.opens('/do/my'),
}

test('a personal link that was passed on tells nobody what the person written to is, and was', async () => {
  const who = Object.keys(known)
  const addresses = ['unheard@example.org', 'staff@example.org', ...who.map((one) => `${one}@example.org`)]
  const links = await invited(stage, addresses)
  const [organization] = [await stage.read((store) => store.organization.get())]
  const staffIds = [...organization.staffIds, 'web:staff@example.org']
  await stage.read((store) => store.organization.save({ ...organization, staffIds }))
  for (const one of who) await known[one]?.(await stage.person(`${one}@example.org`))
  await stage.settle()
  const before = (await stage.files())['parents-united.csv']
  const [unheard = [], ...others] = await Promise.all(links.map(heldBySomebody))
  expect(unheard).toHaveLength(8)
  expect(unheard[1]).toContain('is in, if it was not before.')
  for (const [n, pages] of others.entries()) {
    const address = addresses[n + 1] ?? ''
    expect(named(pages, address[0] ?? ''), address).toEqual(named(unheard, 'u'))
  }
  await stage.settle()
  // Nobody's yes was given, and nobody's was taken back, by whoever held a link.
  expect((await stage.files())['parents-united.csv']).toEqual(before)
  // What they are is told in their own mailbox alone.
  expect(stage.mails.filter(({ to }) => to === 'yes@example.org')).toHaveLength(1)
})

test('to a wanted community it pledges, and to one on request it asks, with the same words for everybody', async () => {
  await ana.opens('/do/start-community')
  await ana.sends({ name: 'Night Owls', need: 'people who sleep late, so that we can meet at night', pledges: '5' })
  const pledged = await stage.person('pledged@example.org')
  await pledged.opens('/c/night-owls')
  await pledged.presses('Pledge')
  const said = []
  for (const link of await invited(stage, ['pledged@example.org', 'unheard@example.org'], 'Night Owls')) {
    const holder = stage.browser()
    said.push([(await holder.opens(link)).text, (await holder.presses('Pledge')).text].join('\n'))
  }
  expect(named(said.slice(0, 1), 'p')).toEqual(named(said.slice(1), 'u'))
  await ana.opens('/do/start-community')
  await ana.sends({
    name: 'Book Club',
    need: 'people who read, so that we can talk of it',
    pledges: '1',
    visibility: 'request',
  })
  const asked = await stage.person('asked@example.org')
  await asked.opens('/c/book-club')
  await asked.presses('Join')
  await asked.presses('Say why')
  await asked.sends({ reason: 'I read' })
  const asks = []
  for (const link of await invited(
    stage,
    ['asked@example.org', 'unheard@example.org', 'ana@example.org'],
    'Book Club',
  )) {
    const holder = stage.browser()
    const offered = await holder.opens(link)
    asks.push([offered.text, (await holder.sends({ reason: 'Let me in' })).text])
  }
  const [first = [], second = [], third = []] = asks
  expect(named(first, 'a')).toEqual(named(second, 'u'))
  expect(named(third, 'a')).toEqual(named(second, 'u'))
})

test('of somebody who was forgotten it is over, as any old link is, and brings nobody back', async () => {
  const [link = ''] = await invited(stage, ['ben@example.org'])
  const ben = await signedIn(stage, 'ben@example.org')
  await ben.opens('/do/my')
  await ben.presses('Forget me')
  await ben.presses('Yes, forget me')
  await stage.settle()
  const forgotten = await stage.browser().opens(link)
  expect(await stage.read((store) => store.people.readerOf('web', 'web', 'ben@example.org'))).toBeUndefined()
  const longAgo = new Date(stage.now().getTime() - 91 * 86_400_000)
  const old = await stage.read(async (store) => {
    const found = await store.communities.find('parents-united', 'parents-united', '')
    return store.personalLinks.make(found?.id ?? '', ['old@example.org'], longAgo)
  })
  const ended = await stage.browser().opens(`/i/${[...old.values()][0]}`)
  expect([forgotten.status, forgotten.text]).toEqual([ended.status, ended.text])
})

test('a yes by a link is asked about once more in the mailbox, and by nobody else', async () => {
  const [link = ''] = await invited(stage, ['eve@example.org'])
  const holder = stage.browser()
  await holder.opens(link)
  await holder.presses('Join')
  await holder.presses('Yes')
  await stage.pass('20m')
  await stage.settle()
  expect((await stage.files())['parents-united.csv'] ?? '').not.toContain('eve@example.org')
  expect(stage.mails.at(-1)?.text).toContain('It counts only once you open this and say Yes yourself')
})

test(`a scanner that opens ${LINKS} personal links lets nobody in`, async () => {
  const links = await invited(
    stage,
    Array.from({ length: LINKS }, (_, n) => `p${n}@example.org`),
  )
  expect(links).toHaveLength(LINKS)
  const before = await everything(stage)
  const rest = links.slice(0, OPENED).entries()
  const scan = async () => {
    for (const [n, link] of rest) {
      // Those who were written to are scanned each at their own provider.
      const headers = { 'x-forwarded-for': `10.0.${n >> 8}.${n & 255}` }
      const opens = () => fetch(`${stage.at}${new URL(link).pathname}`, { headers })
      // While the links were made nothing was heard on a connection that was kept open, so it may be shut at this moment.
      const response = await opens().catch(opens)
      expect(response.status).toBe(200)
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: 8 }, scan))
  await stage.settle()
  expect(await everything(stage)).toBe(before)
  expect(stage.mails).toEqual([])
}, 900_000)

describe('nobody learns whose address is known', () => {
  /** Only what differs from time to time is left out. */
  const shape = ({ status, text, headers }: Page, address: string) => ({
    status,
    text: text.replaceAll(`${address[0]}...@`, 'X...@'),
    headers: [...headers.keys()].filter((name) => !['date', 'set-cookie'].includes(name)).sort(),
    length: headers.get('content-length') === null,
  })

  async function work<T>(act: () => Promise<T>): Promise<{ given: T; statements: string[] }> {
    let given: T | undefined
    const { sent } = await hear(async () => {
      given = await act()
    })
    expect(sent.length).toBeGreaterThan(1)
    // What came of `act` is there once it was awaited.
    return { given: given as T, statements: sent.map(({ text }) => text) }
  }

  test('by what they are answered, or by the work that it takes, up to the sixth mail in an hour', async () => {
    const staff = await stage.person('member@example.org', { isStaff: true })
    await known.yes?.(staff)
    await stage.settle()
    const seen: { answer: unknown; statements: string[] }[][] = []
    for (const address of ['member@example.org', 'unheard@example.org']) {
      const round = []
      for (let n = 0; n < 6; n++) {
        const browser = stage.browser()
        await browser.opens('/sign-in')
        const { given, statements } = await work(() => browser.sends({ address }))
        round.push({ answer: shape(given, address), statements })
        await stage.settle()
      }
      expect(stage.mails.filter(({ to }) => to === address)).toHaveLength(5)
      seen.push(round)
      await stage.pass('1h')
    }
    expect(seen[0]).toEqual(seen[1])
    expect(new Set(seen[0]?.map(({ answer }) => JSON.stringify(answer))).size).toBe(1)
  })

  test('by a personal link that is opened, or that asks for a mail', async () => {
    const addresses = ['member@example.org', 'unheard@example.org']
    const links = await invited(stage, addresses)
    await known.yes?.(await stage.person('member@example.org'))
    const seen = []
    for (const [n, link] of links.entries()) {
      const holder = stage.browser()
      const address = addresses[n] ?? ''
      const offered = await work(() => holder.opens(link))
      await holder.presses('Join')
      const yes = await work(() => holder.presses('Yes'))
      seen.push([offered, yes].map(({ given, statements }) => ({ answer: shape(given, address), statements })))
      await stage.settle()
    }
    expect(seen[0]).toEqual(seen[1])
  })

  test('by asking for a mail in capitals, or as it is spelt otherwise', async () => {
    for (const address of [
      'ben@example.org',
      'BEN@example.org',
      'Ben@Example.org',
      ' ben@example.org',
      'ben@EXAMPLE.org',
      'bEn@example.org',
    ])
      await askedFor(stage, address)
    expect(stage.mails).toHaveLength(5)
  })
})
