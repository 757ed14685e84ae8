import type { REST } from 'discord.js'
import type { Command } from '../command.ts'
import type { Platform } from '../platform.ts'
import { cardThreads } from './card-threads.ts'
import { events } from './events.ts'
import { posts } from './posts.ts'
import { renderer } from './render.ts'
import { rooms } from './rooms.ts'
import { selfOf } from './self.ts'

/** Discord as the jobs see it. A message everyone sees is drawn once a second at most. */
export function discordPlatform(rest: REST, commands: Command[]): Platform {
  const [render, self] = [renderer(commands), selfOf(rest)]
  return {
    name: 'discord',
    drawEveryMs: 1_000,
    ...rooms(rest, self),
    ...posts(rest, render, self),
    ...events(rest, self),
    ...cardThreads(rest, render),
  }
}
