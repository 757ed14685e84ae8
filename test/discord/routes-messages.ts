import * as Z from 'discord-api-spec/zod'
import { z } from 'zod'
import type { $ZodType } from 'zod/v4/core'
import { wake } from './channels.ts'
import { Refused } from './errors.ts'
import { ANSWERED, type Interactions } from './interactions.ts'
import { listOf, messageProblems, modalProblems } from './limits.ts'
import { createMessage, deleteMessage, editMessage, FLAG, messageAt } from './messages.ts'
import { MAY, need } from './permissions.ts'
import { channelIn, guildOfChannel } from './places.ts'
import { Answered, type Asked, type Route } from './route.ts'
import { messageOnWire } from './wire.ts'
import { type Channel, type Json, messagesIn, TYPE, type World } from './world.ts'

/** The schema of a first answer, by its kind. */
const FIRST: Record<number, $ZodType> = {
  [ANSWERED.message]: Z.CreateMessageInteractionCallbackRequestSchema,
  [ANSWERED.deferred]: Z.CreateMessageInteractionCallbackRequestSchema,
  [ANSWERED.deferredUpdate]: Z.UpdateMessageInteractionCallbackRequestSchema,
  [ANSWERED.update]: Z.UpdateMessageInteractionCallbackRequestSchema,
  [ANSWERED.choices]: Z.ApplicationCommandAutocompleteCallbackRequestSchema,
  [ANSWERED.modal]: Z.ModalInteractionCallbackRequestSchema,
}

function firstProblems(body: Json): string[] {
  const [data] = listOf([body.data])
  if (!data) return body.type === ANSWERED.message ? ['a message needs data'] : []
  if (body.type === ANSWERED.modal) return modalProblems(data)
  return body.type === ANSWERED.message || body.type === ANSWERED.update ? messageProblems(data) : []
}

/** Messages in channels, and the three ways to answer an interaction. */
export function messageRoutes(world: World, interactions: Interactions): Route[] {
  /** What has to hold to say this in that channel. */
  function maySpeak(channel: Channel, { body, uploads }: Asked): void {
    if (channel.type === TYPE.dm) {
      const person = world.users.get(channel.recipientId ?? '')
      const hasCommon = [...world.guilds.values()].some(
        ({ members }) => members.has(world.bot.id) && members.has(person?.id ?? ''),
      )
      if (person?.dms !== 'open' || !hasCommon) throw new Refused(50007)
      return
    }
    if (channel.type === TYPE.category || channel.type === TYPE.forum) throw new Refused(50024)
    const guild = guildOfChannel(world, channel)
    need(world, guild, channel.thread ? MAY.SendMessagesInThreads : MAY.SendMessages, channel)
    if (listOf(body.embeds).length > 0) need(world, guild, MAY.EmbedLinks, channel)
    if (uploads.length > 0) need(world, guild, MAY.AttachFiles, channel)
    if (channel.thread?.locked) need(world, guild, MAY.ManageThreads, channel)
    wake(world, channel)
  }
  const token = ({ params }: Asked): [string, string] => [params.application ?? '', params.token ?? '']
  const at = '/channels/:channel/messages'
  const hook = '/webhooks/:application/:token'

  return [
    {
      method: 'GET',
      path: at,
      query: ['around', 'before', 'after', 'limit'],
      answer: Z.MessageResponseSchema,
      act(asked) {
        const channel = channelIn(world, asked)
        if (channel.guildId) need(world, guildOfChannel(world, channel), MAY.ReadMessageHistory, channel)
        const said = [...messagesIn(world, channel.id).values()].filter((one) => one.onlyFor === undefined).reverse()
        const [before, after] = [asked.query.get('before'), asked.query.get('after')].map((id) =>
          id === null ? undefined : BigInt(id),
        )
        const limit = Number(asked.query.get('limit') ?? 50)
        if (limit < 1 || limit > 100) throw new Refused(50035, ['limit: from 1 to 100'])
        const wanted = said.filter(
          ({ id }) => (before === undefined || BigInt(id) < before) && (after === undefined || BigInt(id) > after),
        )
        return wanted.slice(0, limit).map((one) => messageOnWire(world, one))
      },
    },
    {
      method: 'POST',
      path: at,
      body: Z.MessageCreateRequestSchema,
      limits: messageProblems,
      answer: Z.MessageResponseSchema,
      act(asked) {
        const channel = channelIn(world, asked)
        maySpeak(channel, asked)
        const [reference] = listOf([asked.body.message_reference])
        const replyTo = reference && messageAt(world, channel, String(reference.message_id)).id
        // Ephemeral is for interactions alone: the real one looks past it here.
        const flags = Number(asked.body.flags ?? 0) & ~(FLAG.ephemeral | FLAG.loading)
        return messageOnWire(
          world,
          createMessage(world, channel, asked.body, { flags, uploads: asked.uploads, ...(replyTo && { replyTo }) }),
        )
      },
    },
    {
      method: 'GET',
      path: `${at}/:message`,
      answer: Z.MessageResponseSchema,
      act(asked) {
        const channel = channelIn(world, asked)
        if (channel.guildId) need(world, guildOfChannel(world, channel), MAY.ReadMessageHistory, channel)
        return messageOnWire(world, messageAt(world, channel, asked.params.message ?? ''))
      },
    },
    {
      method: 'PATCH',
      path: `${at}/:message`,
      body: Z.MessageEditRequestPartialSchema,
      limits: messageProblems,
      answer: Z.MessageResponseSchema,
      act(asked) {
        const channel = channelIn(world, asked)
        const message = messageAt(world, channel, asked.params.message ?? '')
        if (message.authorId !== world.bot.id) throw new Refused(50005)
        if (message.system) throw new Refused(50021)
        if (channel.thread?.archived) throw new Refused(50083)
        return messageOnWire(world, editMessage(world, message, asked.body, asked.uploads))
      },
    },
    {
      method: 'DELETE',
      path: `${at}/:message`,
      act(asked) {
        const channel = channelIn(world, asked)
        const message = messageAt(world, channel, asked.params.message ?? '')
        if (message.authorId !== world.bot.id) need(world, guildOfChannel(world, channel), MAY.ManageMessages, channel)
        if (message.system) throw new Refused(50021)
        deleteMessage(world, message)
      },
    },
    {
      method: 'POST',
      path: '/interactions/:interaction/:token/callback',
      isOpen: true,
      query: ['with_response'],
      body: (body) => FIRST[Number(body.type)] ?? Z.CreateMessageInteractionCallbackRequestSchema,
      limits: firstProblems,
      // Of the answers that may be asked for, the schema knows those two.
      answer: (one) =>
        [ANSWERED.message, ANSWERED.update].includes(Number(listOf([one.resource])[0]?.type) as 4 | 7)
          ? Z.InteractionCallbackResponseSchema
          : z.unknown(),
      act({ params, body, uploads, query }) {
        const answered = interactions.answer(params.interaction ?? '', params.token ?? '', body, uploads)
        if (query.get('with_response') !== 'true') return undefined
        const { id, type, original, channel } = answered
        const message = original && messageOnWire(world, original)
        const kind = Number(body.type)
        const about = original && {
          response_message_id: original.id,
          response_message_loading: (original.flags & FLAG.loading) !== 0,
          response_message_ephemeral: original.onlyFor !== undefined,
        }
        const interaction = {
          id,
          type,
          channel_id: channel.id,
          ...(channel.guildId && { guild_id: channel.guildId }),
          ...about,
        }
        return new Answered(200, { interaction, resource: { type: kind, ...(message && { message }) } })
      },
    },
    {
      method: 'POST',
      path: hook,
      isOpen: true,
      query: ['wait', 'thread_id', 'with_components'],
      body: Z.IncomingWebhookInteractionRequestSchema,
      limits: messageProblems,
      answer: Z.MessageResponseSchema,
      act: (asked) => messageOnWire(world, interactions.followUp(...token(asked), asked.body, asked.uploads)),
    },
    {
      method: 'GET',
      path: `${hook}/messages/:message`,
      isOpen: true,
      query: ['thread_id'],
      answer: Z.MessageResponseSchema,
      act: (asked) => messageOnWire(world, interactions.read(...token(asked), asked.params.message ?? '')),
    },
    {
      method: 'PATCH',
      path: `${hook}/messages/:message`,
      isOpen: true,
      query: ['thread_id', 'with_components'],
      body: Z.IncomingWebhookUpdateRequestPartialSchema,
      limits: messageProblems,
      answer: Z.MessageResponseSchema,
      act: (asked) =>
        messageOnWire(world, interactions.edit(...token(asked), asked.params.message ?? '', asked.body, asked.uploads)),
    },
    {
      method: 'DELETE',
      path: `${hook}/messages/:message`,
      isOpen: true,
      query: ['thread_id'],
      act: (asked) => interactions.remove(...token(asked), asked.params.message ?? ''),
    },
  ]
}
