import { webApi } from '@slack/bolt'
import { Stuck } from '../platform.ts'
import { clientOptions } from './api.ts'
import { codeOf, GONE, NOT_INSTALLED } from './faults.ts'
import { METHODS } from './methods.ts'

/** Kindred in one workspace, as somebody there let it in. */
export interface Installation {
  workspace: string
  name: string
  token: string
}

/** Where installations are kept. */
export interface Installations {
  of(workspace: string): Promise<Installation | undefined>
  put(installation: Installation): Promise<void>
  remove(workspace: string): Promise<void>
}

/** By which token each workspace is reached. */
export interface Access {
  tokenOf(workspace: string): Promise<string | undefined>
  /** Slack does not take a workspace's token any more. */
  revoked(workspace: string, why: string): Promise<void>
  /** Somebody took Kindred out of a workspace. */
  uninstalled(workspace: string): Promise<void>
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

export function createAccess({ api, token, installations, needs, now }: AccessParts): Access {
  const known = new Map<string, { token: string | undefined; until: number }>()
  const refused = new Map<string, number>()
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
        throw new Stuck(NOT_INSTALLED)
      })
    return asked
  }

  async function look(workspace: string): Promise<string | undefined> {
    const installed = await installations.of(workspace)
    if (installed) return installed.token
    const mine = await own()
    return mine?.workspace === workspace ? mine.token : undefined
  }

  return {
    own,

    async tokenOf(workspace) {
      const at = now().getTime()
      if ((refused.get(workspace) ?? 0) > at) return undefined
      const there = known.get(workspace)
      if (there && there.until > at) return there.token
      const found = await look(workspace)
      known.set(workspace, { token: found, until: at + KNOWN_MS })
      return found
    },

    async revoked(workspace, why) {
      known.delete(workspace)
      refused.set(workspace, now().getTime() + REFUSED_MS)
      await needs(workspace, sentenceFor(workspace, why))
    },

    async uninstalled(workspace) {
      known.delete(workspace)
      await installations.remove(workspace)
      // The token of the settings is none of the store's: it is not taken any more either.
      refused.set(workspace, now().getTime() + REFUSED_MS)
      await needs(workspace, sentenceFor(workspace, 'token_revoked'))
    },

    async installed(installation) {
      await installations.put(installation)
      known.delete(installation.workspace)
      refused.delete(installation.workspace)
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
