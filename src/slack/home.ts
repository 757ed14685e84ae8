import type { types } from '@slack/bolt'
import type { Command } from '../command.ts'
import { say } from '../core/say.ts'
import { address, type Card, type Content } from '../reply.ts'
import type { Delivery, Raw, Router } from '../router.ts'
import type { Api } from './api.ts'
import { inView, type Render } from './render.ts'

/** What everybody can begin with, in this order; the words are the commands' own. */
const BEGINNINGS: { command: string; args?: Record<string, string> }[] = [
  { command: 'communities' },
  { command: 'start-community' },
  { command: 'my' },
  { command: 'sharing' },
  { command: 'help' },
]

/** What the page shows, each the answer of a command to somebody who only looks. */
const PARTS: { command: string; raw: Raw }[] = [
  { command: 'my', raw: { part: 'waiting' } },
  { command: 'my', raw: { part: 'communities' } },
  { command: 'communities', raw: { show: 'wanted' } },
]

/** What to do first, where nothing was typed. */
export function menu(commands: Command[]): Content {
  return { card: { title: say`What would you like to do?`, buttons: buttonsOf(commands) } }
}

function buttonsOf(commands: Command[]): NonNullable<Card['buttons']> {
  return BEGINNINGS.flatMap(({ command, args }) => {
    const found = commands.find(({ name }) => name === command)
    return found ? [{ label: say`${found.description}`, press: address(command, args) }] : []
  })
}

/** Kindred's own page in Slack, which nobody but its reader sees. */
export interface Home {
  draw(delivery: Delivery): Promise<void>
}

export function home(parts: { api: Api; router: Router; render: Render; commands: Command[] }): Home {
  const { api, router, render, commands } = parts

  async function viewFor(delivery: Delivery): Promise<types.HomeView> {
    const answers = []
    for (const [i, { command, raw }] of PARTS.entries()) {
      answers.push(await router.look({ ...delivery, id: `${delivery.id}/${i}` }, command, raw))
    }
    const [first] = answers
    const reading = first ?? { names: {}, zone: 'UTC', language: 'en' }
    const head: Content = {
      card: { title: say`Communities`, body: say`Find people who share your need.`, buttons: buttonsOf(commands) },
    }
    const pages = [...render(head, reading), ...answers.flatMap((one) => render(one.content, one))]
    return { type: 'home', blocks: inView(pages) }
  }

  return {
    async draw(delivery) {
      const { workspace, externalId } = delivery.account
      await api.call(workspace, 'views.publish', { user_id: externalId, view: await viewFor(delivery) })
    },
  }
}
