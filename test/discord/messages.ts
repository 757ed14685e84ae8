import { known, Refused } from './errors.ts'
import { flat, listOf, words } from './limits.ts'
import { MAY, permissionsOf } from './permissions.ts'
import { messageOnWire } from './wire.ts'
import { type Channel, INTENT, type Json, type Message, messagesIn, TYPE, type World } from './world.ts'

/** A file as it came with a request. */
export interface Upload {
  name: string
  type: string
  text: string
  bytes: Buffer
  size: number
}

export const FLAG = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  silent: 1 << 12,
  v2: 1 << 15,
} as const
/** What is longer ago in a channel is out of sight. */
const KEEP = 5_000
/** How long a nonce is remembered. */
const NONCE_MS = 180_000

/** Puts a message into a channel; the same enforced nonce again gives the first one. */
export function createMessage(
  world: World,
  channel: Channel,
  body: Json,
  given: Partial<Message> & { uploads?: Upload[] } = {},
): Message {
  const { uploads = [], ...parts } = given
  const authorId = parts.authorId ?? world.bot.id
  const before = body.enforce_nonce ? sameNonce(world, channel, body.nonce, authorId) : undefined
  if (before) return before
  const message: Message = {
    id: world.draw(),
    channelId: channel.id,
    authorId,
    content: '',
    embeds: [],
    components: [],
    attachments: [],
    files: [],
    flags: Number(body.flags ?? 0) & ~FLAG.loading,
    at: world.clock.iso(),
    editedAt: null,
    allowedMentions: null,
    pressed: false,
    called: [],
    ...(typeof body.nonce === 'string' || typeof body.nonce === 'number' ? { nonce: body.nonce } : {}),
    ...parts,
  }
  if (!(message.flags & FLAG.loading) && !message.system) write(world, message, body, uploads)
  message.called = rolesCalled(world, channel, message)
  const said = messagesIn(world, channel.id)
  said.set(message.id, message)
  if (said.size > KEEP) for (const old of [...said.keys()].slice(0, KEEP / 10)) said.delete(old)
  if (message.onlyFor === undefined) {
    channel.lastMessageId = message.id
    if (channel.thread) channel.thread.said += 1
    tell(world, 'MESSAGE_CREATE', message)
  }
  return message
}

/** The roles a new message rings for: named in it, allowed by whoever wrote it, and open to mentions by them. */
function rolesCalled(world: World, channel: Channel, { content, allowedMentions, authorId }: Message): string[] {
  const guild = world.guilds.get(channel.guildId ?? '')
  const author = guild?.members.get(authorId)
  if (!guild || !author) return []
  const { parse, roles } = allowedMentions ?? { parse: ['roles'] }
  const allowed = (id: string) =>
    (Array.isArray(roles) && roles.includes(id)) || (Array.isArray(parse) && parse.includes('roles'))
  const mayAll = (permissionsOf(world, guild, author, channel) & MAY.MentionEveryone) !== 0n
  const named = [...content.matchAll(/(?<!\\)<@&(\d+)>/g)].map(([, id]) => id ?? '')
  return named.filter((id) => allowed(id) && (mayAll || guild.roles.get(id)?.mentionable === true))
}

/** Discord's own words in a thread, in the name of whoever let somebody in or took them out. They can't be taken away. */
export function announce(world: World, channel: Channel, type: 1 | 2, userId: string): void {
  const [did, where] = type === 1 ? ['added', 'to'] : ['removed', 'from']
  const content = `${world.bot.username} ${did} ${world.users.get(userId)?.username} ${where} the thread.`
  createMessage(world, channel, {}, { system: { type, userId }, content })
}

function sameNonce(world: World, channel: Channel, nonce: unknown, authorId: string): Message | undefined {
  const since = world.clock.now() - NONCE_MS
  if (nonce === undefined || nonce === null) return undefined
  return [...messagesIn(world, channel.id).values()].find(
    (one) => one.nonce === nonce && one.authorId === authorId && Date.parse(one.at) >= since,
  )
}

/** Changes a message; what a deferral made visible or private stays so. */
export function editMessage(world: World, message: Message, body: Json, uploads: Upload[] = []): Message {
  const wasLoading = (message.flags & FLAG.loading) !== 0
  const kept = message.flags & (FLAG.ephemeral | FLAG.silent | FLAG.v2)
  message.flags = kept | (Number(body.flags ?? 0) & (FLAG.suppressEmbeds | FLAG.v2))
  write(world, message, body, uploads)
  message.pressed = false
  if (!wasLoading) message.editedAt = world.clock.iso()
  if (message.onlyFor === undefined) tell(world, 'MESSAGE_UPDATE', message)
  return message
}

function write(world: World, message: Message, body: Json, uploads: Upload[]): void {
  if (body.content !== undefined) message.content = words(body.content)
  if (body.embeds !== undefined) message.embeds = listOf(body.embeds).map(embedOnWire)
  if (body.components !== undefined) message.components = componentsOnWire(listOf(body.components))
  if (body.allowed_mentions !== undefined) message.allowedMentions = (body.allowed_mentions as Json | null) ?? null // Judged before.
  const listed = listOf(body.attachments)
  const kept = listed.map((one) => one.id)
  // A new file is listed by its place among those sent along.
  const given = uploads.map((_, i) => listed.find((one) => String(one.id) === String(i)))
  if (body.attachments !== undefined) message.attachments = message.attachments.filter(({ id }) => kept.includes(id))
  message.files = [...message.files, ...uploads.map(({ name, text, bytes }) => ({ name, text, bytes }))]
  message.attachments = [...message.attachments, ...uploads.map((one, i) => attachmentOnWire(world, one, given[i]))]
  // The real one shows an empty place, which no test would see.
  const names = message.attachments.map(({ filename }) => `attachment://${filename}`)
  for (const { image } of message.embeds) {
    const url = words(listOf([image])[0]?.url)
    if (url.startsWith('attachment:') && !names.includes(url)) throw new Refused(50035, [`${url} is no file of it`])
  }
  const { content, embeds, components, attachments } = message
  if (!content && embeds.length + components.length + attachments.length === 0) throw new Refused(50006)
}

/** Takes a message away, for everyone. */
export function deleteMessage(world: World, message: Message): void {
  world.messages.get(message.channelId)?.delete(message.id)
  const { guildId } = world.channels.get(message.channelId) ?? {}
  const data = { id: message.id, channel_id: message.channelId, ...(guildId && { guild_id: guildId }) }
  if (message.onlyFor === undefined) world.emit('MESSAGE_DELETE', data, guildId, INTENT.messages)
}

/** A message by its id, unless it is one person's alone: those are not there for the channel's routes. */
export function messageAt(world: World, channel: Channel, id: string): Message {
  const found = messagesIn(world, channel.id).get(id)
  return known(found?.onlyFor === undefined ? found : undefined, 10008)
}

function tell(world: World, event: string, message: Message): void {
  const channel = world.channels.get(message.channelId)
  const guildId = channel?.guildId ?? null
  const intent = channel?.type === TYPE.dm ? INTENT.directMessages : INTENT.messages
  world.emit(event, { ...messageOnWire(world, message), ...(guildId && { guild_id: guildId }) }, guildId, intent)
}

function attachmentOnWire(world: World, { name, type, size }: Upload, { description }: Json = {}): Json {
  const id = world.draw()
  const url = `http://127.0.0.1/attachments/${id}/${encodeURIComponent(name)}`
  return { id, filename: name, size, url, proxy_url: url, content_type: type, ...(description ? { description } : {}) }
}

function embedOnWire(embed: Json): Json {
  const fields = listOf(embed.fields).map((field) => ({ ...field, inline: field.inline === true }))
  return withoutNull({ ...embed, type: 'rich', ...(fields.length > 0 && { fields }) })
}

const DEFAULTS: Record<number, Json> = {
  3: { min_values: 1, max_values: 1 },
  5: { min_values: 1, max_values: 1 },
  6: { min_values: 1, max_values: 1 },
  7: { min_values: 1, max_values: 1 },
  8: { min_values: 1, max_values: 1 },
  14: { spacing: 1, divider: true },
  17: { accent_color: null, spoiler: false },
}

/** Components get a number each where they were given none. */
function componentsOnWire(components: Json[]): Json[] {
  const whole = structuredClone(components)
  for (const [index, one] of flat(whole).entries()) {
    const given = withoutNull(one)
    for (const name of Object.keys(one)) delete one[name]
    Object.assign(one, DEFAULTS[Number(given.type)], { id: index + 1 }, given)
  }
  return whole
}

export function withoutNull(one: Json): Json {
  return Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null && value !== undefined))
}
