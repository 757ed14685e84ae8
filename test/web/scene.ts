import type { Browser, Page } from './browser.ts'
import type { WebStage } from './stage.ts'

export const NEED = 'people with small children, so that we can enjoy culture with them'

/** An open community, and its founder's browser. */
export async function opened(stage: WebStage, name = 'Parents United'): Promise<Browser> {
  const ana = await stage.person('ana@example.org')
  await ana.opens('/do/start-community')
  await ana.sends({ name, need: NEED, pledges: '1' })
  await stage.settle()
  return ana
}

/** Personal links that staff make into a community, in the order of the addresses. */
export async function invited(stage: WebStage, addresses: string[], community = 'Parents United'): Promise<string[]> {
  const staff = await stage.person('dora@example.org', { isStaff: true })
  await staff.opens('/do/invite-list')
  await staff.sends({ community, file: `email\n${addresses.join('\n')}\n` })
  const { body } = await staff.follows('Take the file')
  return body.match(/https?:\S+\/i\/[\w-]+/g) ?? []
}

/** A browser that signs in by the mail it asks for. */
export async function signedIn(stage: WebStage, address: string, browser = stage.browser()): Promise<Browser> {
  await askedFor(stage, address, browser)
  await browser.opens(stage.linkTo(address))
  await browser.presses('Sign in')
  return browser
}

/** A browser that asked for a mail, which was sent. */
export async function askedFor(stage: WebStage, address: string, browser = stage.browser()): Promise<Page> {
  await browser.opens('/sign-in')
  const page = await browser.sends({ address })
  await stage.settle()
  return page
}

/** What stands in the forms of the page that is open, by which a form is known to be ours. */
export function sealOf(browser: Browser): string {
  const seal = browser.page?.$('input[name=kindred-form]').attr('value')
  if (!seal) throw new Error('the page has no form')
  return seal
}

/** Who a browser is, as its start page tells it. */
export async function isIn(browser: Browser): Promise<boolean> {
  return (await browser.opens('/')).$('header button').text() === 'Sign out'
}

/** Every row of every table, as text. */
export async function everything(stage: WebStage): Promise<string> {
  return stage.database.backup(stage.now(), 'everything', async (text) => {
    let all = ''
    for await (const part of text) all += part
    // The header says it sealed something anew.
    return all.slice(all.indexOf('\n'), all.lastIndexOf('\n', all.length - 2))
  })
}
