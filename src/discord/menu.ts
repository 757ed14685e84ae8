import { OAuth2Scopes, type REST, Routes } from 'discord.js'
import type { Command } from '../command.ts'
import { areSame, menuOf } from './options.ts'
import { PERMISSIONS } from './rooms.ts'

/** Makes Discord's menu of commands ours, by one request, and only where it is not ours already. */
export async function register(rest: REST, application: string, commands: Command[]): Promise<void> {
  const entries = menuOf(commands)
  const there = await rest.get(Routes.applicationCommands(application))
  if (!areSame(entries, there)) await rest.put(Routes.applicationCommands(application), { body: entries })
}

/** The link that brings the bot into a server, with the permissions it uses and no others. */
export function inviteTo(application: string): string {
  // Always Discord's own address: people open it in a browser, wherever the API is reached.
  const link = new URL('https://discord.com/oauth2/authorize')
  link.searchParams.set('client_id', application)
  link.searchParams.set('scope', [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(' '))
  link.searchParams.set('permissions', String(Object.values(PERMISSIONS).reduce((all, one) => all | one)))
  return link.href
}
