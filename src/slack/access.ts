import { webApi } from '@slack/bolt'
import { Later } from '../platform.ts'
import { clientOptions } from './api.ts'
import { codeOf, GONE, NOT_INSTALLED } from './faults.ts'
import { METHODS } from './methods.ts'

/** Kindred in one workspace, as somebody there let it in. */
export interface Installation {
  workspace: string
  name: string
  token: string
  installedAt?: Date
}

/** Where installations are kept. */
export interface Installations {
  of(workspace: string): Promise<Installation | undefined>
  put(installation: Installation): Promise<void>
  /** Only where it is by this token that the workspace was reached. */
  remove(workspace: string, token: string): Promise<void>
}

/** By which token each workspace is reached. */
export interface Access {
  tokenOf(workspace: string): Promise<string | undefined>
  /** Slack does not take a workspace's token any more. */
  revoked(workspace: string, token: string, why: string): Promise<void>
  /** Somebody took Kindred out of a workspace, or did once: it may be back since. */
  uninstalled(workspace: string, at: Date): Promise<void>
  /** Slack takes a workspace's token: whatever was wrong with it is over. */
  taken(workspace: string, token: string): Promise<void>
  installed(installation: Installation): Promise<void>
  /** The workspace of the token in the settings, once Slack said which; nothing where there is no such token. */
  own(): Promise<Installation | undefined>
}

export interface AccessParts {
  api?: string | undefined
  /** The token in the settings, for the one workspace it was made for. */
  token?: string | undefined
  installations: Installations
  /** Staff are told what they have to mend in a workspace, or that it is mended. */
  needs(workspace: string, sentence: string | undefined): Promise<void>
  /** What waited for a workspace is done. */
  goOn(workspace: string): Promise<void>
  now(): Date
}

/** What another process changed is known here after so long. */
const KNOWN_MS = 60_000
/** Under which staff read of the token in the settings, before it is known whose it is. */
const TOKEN = 'token'
const NEW_TOKEN =
  'Copy the one of your app at https://api.slack.com/apps (OAuth & Permissions) into .env and start again. Everything but Slack goes on.'
/** Once Slack refused a token, nothing is asked with it for so long. */
const REFUSED_MS = 600_000

export function createAccess({ api, token, installations, needs, goOn, now }: AccessParts): Access {
  const known = new Map<string, { token: string; until: number }>()
  /** Until when nothing is asked by a token; a newer one of the same workspace is none of these. */
  const refused = new Map<string, number>()
  /** By which token each workspace was reached last; another process may have noted that it could not be, before this began. */
  const reached = new Map<string, string>()
  let asked: Promise<Installation> | undefined

  function own(): Promise<Installation | undefined> {
    if (token === undefined) return Promise.resolve(undefined)
    asked ??= identified(token, api)
      .then(async (installation) => {
        await Promise.all([TOKEN, installation.workspace].map((key) => needs(key, undefined)))
        return installation
      })
      .catch(async (error: unknown) => {
        asked = undefined
        const code = codeOf(error)
        if (code === undefined || !GONE.includes(code)) throw error
        await needs(TOKEN, `Slack does not accept SLACK_BOT_TOKEN (${code}). ${NEW_TOKEN}`)
        throw new Later(NOT_INSTALLED)
      })
    return asked
  }

  async function look(workspace: string): Promise<string | undefined> {
    const installed = await installations.of(workspace)
    if (installed) return installed.token
    const mine = await own()
    return mine?.workspace === workspace ? mine.token : undefined
  }

  const isRefused = (one: string) => (refused.get(one) ?? 0) > now().getTime()

  /** Whether Slack still takes a token; where it does not say, that is found out by whoever uses it next. */
  async function isTaken(one: string): Promise<boolean> {
    try {
      await identified(one, api)
      return true
    } catch (error) {
      const code = codeOf(error)
      return code === undefined || !GONE.includes(code)
    }
  }

  async function letGo(workspace: string, one: string, why: string): Promise<void> {
    known.delete(workspace)
    reached.delete(workspace)
    refused.set(one, now().getTime() + REFUSED_MS)
    // Another process may have let Kindred in again meanwhile.
    const current = await look(workspace)
    if (current === undefined || current === one) await needs(workspace, sentenceFor(workspace, why))
  }

  return {
    own,

    async tokenOf(workspace) {
      const at = now().getTime()
      const there = known.get(workspace)
      if (there && there.until > at && !isRefused(there.token)) return there.token
      const found = await look(workspace)
      if (found === undefined || isRefused(found)) return undefined
      known.set(workspace, { token: found, until: at + KNOWN_MS })
      return found
    },

    revoked: letGo,

    async uninstalled(workspace, at) {
      const there = await installations.of(workspace)
      // Slack tells it late at times, and again; and in whole seconds.
      if (there?.installedAt && at.getTime() + 1_000 <= there.installedAt.getTime()) return
      // The token of the settings is none of the store's.
      const current = await look(workspace)
      if (current === undefined || (await isTaken(current))) return
      await installations.remove(workspace, current)
      await letGo(workspace, current, 'token_revoked')
    },

    async taken(workspace, one) {
      if (reached.get(workspace) === one) return
      reached.set(workspace, one)
      try {
        await needs(workspace, undefined)
        if (refused.delete(one)) await goOn(workspace)
      } catch {
        // What was asked of Slack came about all the same; this is made up for at the next answer.
        reached.delete(workspace)
      }
    },

    async installed(installation) {
      await installations.put(installation)
      known.delete(installation.workspace)
      refused.delete(installation.token)
      await needs(installation.workspace, undefined)
    },
  }
}

/** Which workspace a token is for. */
async function identified(token: string, api: string | undefined): Promise<Installation> {
  const answer = await new webApi.WebClient(token, clientOptions(api)).apiCall('auth.test')
  const { team_id, team } = METHODS['auth.test'].answer.parse(answer)
  return { workspace: team_id, name: team ?? team_id, token }
}

function sentenceFor(workspace: string, why: string): string {
  const left = why === GONE[0] || why === GONE[1]
  const what = left
    ? `Kindred was taken out of the Slack workspace ${workspace}.`
    : `Slack does not take Kindred's token for the workspace ${workspace} (${why}).`
  return `${what} Its communities stand still there, and go on everywhere else. To bring it back, install it there again; if its token is in SLACK_BOT_TOKEN, put the new one there and start again.`
}
