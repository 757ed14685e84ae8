import type { Team, User } from './world.ts'

/** A person's browser, with its cookies: from an install page over Slack's own to where that leads back. */
export function browser(
  origin: () => string,
  allow: (link: string, team: Team, user: User, isAllowed: boolean) => string,
) {
  return async (
    link: string,
    team: Team,
    user: User,
    isAllowed: boolean,
  ): Promise<{ status: number; text: string }> => {
    const cookies = new Map<string, string>()
    const visit = async (url: string) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} })
      for (const one of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (one.split(';')[0] ?? '').split('=')
        cookies.set(name, value)
      }
      return { status: response.status, to: response.headers.get('location'), text: await response.text() }
    }
    const isSlacks = (url: string) => url.startsWith(`http://${origin()}/oauth/v2/authorize`)
    let page = { status: 0, to: null as string | null, text: '' }
    let slacks = link
    if (!isSlacks(link)) {
      page = await visit(link)
      const href = page.to ?? /href="([^"]*\/oauth\/v2\/authorize[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&')
      if (!href || !isSlacks(href)) return page
      slacks = href
    }
    return visit(allow(slacks, team, user, isAllowed))
  }
}
