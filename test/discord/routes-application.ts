import * as Z from 'discord-api-spec/zod'
import { z } from 'zod'
import { dmWith } from './channels.ts'
import type { Commands } from './commands.ts'
import { known, Refused } from './errors.ts'
import type { Gateway } from './gateway.ts'
import { exit } from './guilds.ts'
import { commandsProblems } from './limits.ts'
import { botIn, permissionsOf } from './permissions.ts'
import { Answered, type Route } from './route.ts'
import { channelOnWire, memberOnWire, userOnWire } from './wire.ts'
import { guildOnWire } from './wire-guild.ts'
import type { Json, World } from './world.ts'

/** The application itself: who it is, where its gateway is, its servers, its commands, its DMs. */
export function applicationRoutes(
  world: World,
  commands: Commands,
  gateway: Gateway,
  gatewayUrl: () => string,
  shards: number,
): Route[] {
  const self = () => ({ ...userOnWire(world.bot), mfa_enabled: true, locale: 'en-US', verified: true, email: null })
  const application = () => ({
    id: world.bot.id,
    name: 'Kindred',
    icon: null,
    description: '',
    type: null,
    flags: 0,
    flags_new: '0',
    bot: userOnWire(world.bot),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: userOnWire(world.owner),
    approximate_guild_count: world.guilds.size,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  })
  const own = (id: string | undefined) => known(id === world.bot.id ? id : undefined, 10002)
  const there = () => [...world.guilds.values()].filter((guild) => guild.members.has(world.bot.id))

  const registry = (scope: string): Route[] => {
    const path = `/applications/:application${scope}/commands`
    const guildOf = (params: Record<string, string>): string | undefined => {
      own(params.application)
      if (params.guild !== undefined) botIn(world, known(world.guilds.get(params.guild), 10004))
      return params.guild
    }
    return [
      {
        method: 'GET',
        path,
        query: ['with_localizations'],
        answer: Z.ApplicationCommandResponseSchema,
        act: ({ params }) => commands.list(guildOf(params)),
      },
      {
        method: 'PUT',
        path,
        isList: true,
        body: Z.ApplicationCommandUpdateRequestSchema,
        limits: (_, list) => commandsProblems(list),
        answer: Z.ApplicationCommandResponseSchema,
        act: ({ params, list }) => commands.overwrite(list, guildOf(params)),
      },
      {
        method: 'POST',
        path,
        body: Z.ApplicationCommandCreateRequestSchema,
        limits: (body) => commandsProblems([body]),
        answer: Z.ApplicationCommandResponseSchema,
        act({ params, body }) {
          const { command, isNew } = commands.add(body, guildOf(params))
          return new Answered(isNew ? 201 : 200, command)
        },
      },
      {
        method: 'GET',
        path: `${path}/:command`,
        answer: Z.ApplicationCommandResponseSchema,
        act: ({ params }) =>
          known(
            commands.list(guildOf(params)).find((one) => one.id === params.command),
            10063,
          ),
      },
      {
        method: 'PATCH',
        path: `${path}/:command`,
        body: Z.ApplicationCommandPatchRequestPartialSchema,
        answer: Z.ApplicationCommandResponseSchema,
        act: ({ params, body }) => commands.change(params.command ?? '', body, guildOf(params)),
      },
      {
        method: 'DELETE',
        path: `${path}/:command`,
        act: ({ params }) => commands.remove(params.command ?? '', guildOf(params)),
      },
    ]
  }

  return [
    { method: 'GET', path: '/gateway', answer: Z.GatewayResponseSchema, act: () => ({ url: gatewayUrl() }) },
    {
      method: 'GET',
      path: '/gateway/bot',
      answer: Z.GatewayBotResponseSchema,
      act: () => ({ url: gatewayUrl(), shards, session_start_limit: gateway.startLimit() }),
    },
    { method: 'GET', path: '/users/@me', answer: Z.UserPIIResponseSchema, act: self },
    { method: 'GET', path: '/applications/@me', answer: Z.PrivateApplicationResponseSchema, act: application },
    { method: 'GET', path: '/oauth2/applications/@me', answer: Z.PrivateApplicationResponseSchema, act: application },
    {
      method: 'GET',
      path: '/users/@me/guilds',
      query: ['before', 'after', 'limit', 'with_counts'],
      answer: Z.MyGuildResponseSchema,
      act: () =>
        there().map((guild): Json => {
          const { id, name, icon, banner, features } = guildOnWire(guild)
          return {
            id,
            name,
            icon,
            banner,
            features,
            owner: false,
            permissions: String(permissionsOf(world, guild, botIn(world, guild))),
          }
        }),
    },
    {
      method: 'DELETE',
      path: '/users/@me/guilds/:guild',
      act({ params }) {
        const guild = known(world.guilds.get(params.guild ?? ''), 10004)
        exit(world, guild, botIn(world, guild))
        world.emit('GUILD_DELETE', { id: guild.id }, guild.id)
      },
    },
    {
      method: 'GET',
      path: '/users/@me/guilds/:guild/member',
      answer: Z.PrivateGuildMemberResponseSchema,
      act: ({ params }) => memberOnWire(botIn(world, known(world.guilds.get(params.guild ?? ''), 10004))),
    },
    {
      method: 'POST',
      path: '/users/@me/channels',
      body: Z.CreatePrivateChannelRequestSchema,
      answer: Z.PrivateChannelResponseSchema,
      act({ body }) {
        const user = known(world.users.get(String(body.recipient_id)), 10013)
        if (user.bot) throw new Refused(50007)
        return channelOnWire(world, dmWith(world, user.id))
      },
    },
    {
      method: 'GET',
      path: '/users/:user',
      answer: Z.UserResponseSchema,
      act: ({ params }) => userOnWire(known(world.users.get(params.user ?? ''), 10013)),
    },
    {
      method: 'PATCH',
      path: '/users/@me',
      body: z.object({ username: z.string().min(2).max(32).optional() }),
      answer: Z.UserPIIResponseSchema,
      act: self,
    },
    ...registry(''),
    ...registry('/guilds/:guild'),
  ]
}
