import { broke, known, Refused } from './errors.ts'
import { blockProblems, elementsOf, LIMIT, sizeOf } from './limits.ts'
import {
  type Channel,
  isJson,
  type Json,
  listOf,
  type Message,
  messagesIn,
  type Values,
  type World,
  words,
} from './world.ts'

/** What is longer ago in a channel is out of sight. */
const KEEP = 5_000
const METADATA_MAX = 8_000

/** A body as it is taken from any of the ways to write a message, judged. */
export interface Written {
  text: string
  blocks: Json[] | undefined
  metadata: Json | undefined
  linksNames: boolean
}

/** Judges the words of a message; refuses what Slack refuses, and what has no fallback. */
export function written(body: Json): Written {
  const text = words(body.text)
  const { blocks, attachments } = body
  if (listOf(attachments).length > 0) throw broke('invalid_arguments', 'attachments are legacy: the fake takes none')
  if (body.markdown_text !== undefined) throw broke('markdown_text_conflict', 'the fake takes no markdown_text')
  const hasBlocks = blocks !== undefined && blocks !== null
  if (!text && !(hasBlocks && listOf(blocks).length > 0)) throw broke('no_text')
  if (!text) throw broke('no_text', 'blocks without text as their fallback')
  if (text.length > LIMIT.text) throw broke('msg_too_long', `text of ${text.length} characters`)
  if (hasBlocks) {
    const problems = blockProblems(blocks, LIMIT.blocksOfMessage)
    if (problems.length > 0) throw broke('invalid_blocks', ...problems)
    const size = sizeOf(blocks)
    if (size > LIMIT.wholeMessage) throw broke('msg_blocks_too_long', `blocks of ${size} characters`)
  }
  return {
    text,
    blocks: hasBlocks ? named(listOf(blocks)) : undefined,
    metadata: metadataOf(body.metadata),
    linksNames: isTrue(body.link_names) || body.parse === 'full',
  }
}

export const isTrue = (value: unknown) => value === true || value === 'true' || value === '1' || value === 1

function metadataOf(value: unknown): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (!isJson(value) || typeof value.event_type !== 'string' || !value.event_type || !isJson(value.event_payload))
    throw broke('invalid_metadata_format', 'metadata is {event_type, event_payload}')
  if (JSON.stringify(value).length > METADATA_MAX) throw broke('metadata_too_large')
  return value
}

let lastId = 0
const freshId = () => {
  lastId += 1
  return (lastId * 48_271 + 100_000_000).toString(36).slice(-5)
}

/** Blocks and what can be touched in them get the ids they were not given. */
export function named(blocks: Json[]): Json[] {
  return blocks.map((block) => {
    const own = { ...block, block_id: block.block_id ?? freshId() }
    const id = (element: Json) =>
      isTouched(element) ? { ...element, action_id: element.action_id ?? freshId() } : element
    return {
      ...own,
      ...(block.type === 'actions' && { elements: listOf(block.elements).map(id) }),
      ...(isJson(block.accessory) && { accessory: id(block.accessory) }),
      ...(isJson(block.element) && { element: id(block.element) }),
    }
  })
}

const isTouched = ({ type }: Json) => type !== 'image'

/** Puts a message into a channel. */
export function createMessage(
  world: World,
  channel: Channel,
  given: Written,
  more: Pick<Message, 'userId'> & Partial<Message>,
): Message {
  const { text, metadata, linksNames } = given
  const blocks = given.blocks ?? []
  const message: Message = {
    ts: world.ts(),
    channelId: channel.id,
    text,
    blocks,
    ...(metadata && { metadata }),
    files: [],
    linksNames,
    values: initialValues(blocks),
    pressed: false,
    ...more,
  }
  const all = messagesIn(world, channel.id)
  all.set(message.ts, message)
  if (all.size > KEEP)
    for (const [oldest] of all) {
      all.delete(oldest)
      break
    }
  appear(world, channel, message)
  return message
}

/** Lets whoever waits for it know, where it is meant for one person. */
function appear(world: World, channel: Channel, message: Message): void {
  const thing = { kind: 'message' as const, message }
  if (message.onlyFor) world.show({ userId: message.onlyFor, place: 'ephemeral', thing })
  if (message.onlyFor || channel.kind !== 'im' || !message.botId) return
  for (const userId of channel.members) if (userId !== message.userId) world.show({ userId, place: 'direct', thing })
}

/** Changes a message; words that come without blocks take the blocks away. */
export function editMessage(world: World, channel: Channel, message: Message, given: Written): Message {
  message.text = given.text
  message.linksNames = given.linksNames
  message.blocks = given.blocks ?? []
  message.values = initialValues(message.blocks)
  if (given.metadata) message.metadata = given.metadata
  message.editedTs = world.ts()
  message.pressed = false
  appear(world, channel, message)
  return message
}

export function dropMessage(world: World, message: Message): void {
  messagesIn(world, message.channelId).delete(message.ts)
}

/** A line Slack itself writes. */
export function systemMessage(world: World, channel: Channel, userId: string, subtype: string, text: string): void {
  const plain = { text, blocks: undefined, metadata: undefined, linksNames: false }
  createMessage(world, channel, plain, { userId, subtype })
}

/** A message of the app's own that everybody sees. */
export function ownMessage(world: World, channel: Channel, ts: string, botId: string, code: string): Message {
  const found = known(messagesIn(world, channel.id).get(ts), 'message_not_found')
  // What one person sees is no message of the channel.
  if (found.onlyFor) throw new Refused('message_not_found')
  if (found.botId !== botId) throw new Refused(code)
  return found
}

/** What is filled in before anybody touched it. */
export function initialValues(blocks: Json[]): Values {
  const values: Values = {}
  for (const block of blocks)
    for (const element of elementsOf(block)) {
      const value = initialValue(element)
      const id = words(block.block_id)
      if (value) values[id] = { ...values[id], [words(element.action_id)]: value }
    }
  return values
}

/** The value of an element as nobody has touched it; undefined for what holds none. */
export function initialValue(element: Json): Json | undefined {
  const type = words(element.type)
  const isMany = type.startsWith('multi_')
  if (type.endsWith('_input') && type !== 'file_input') return { type, value: element.initial_value ?? null }
  if (type === 'checkboxes' || type === 'multi_static_select' || type === 'multi_external_select')
    return { type, selected_options: element.initial_options ?? [] }
  if (['radio_buttons', 'static_select', 'external_select'].includes(type))
    return { type, selected_option: element.initial_option ?? null }
  if (type === 'datepicker') return { type, selected_date: element.initial_date ?? null }
  if (type === 'timepicker') return { type, selected_time: element.initial_time ?? null }
  if (type === 'datetimepicker') return { type, selected_date_time: element.initial_date_time ?? null }
  if (type === 'file_input') return { type, files: [] }
  const kind = /^(?:multi_)?(user|channel|conversation)s_select$/.exec(type)?.[1]
  if (!kind) return undefined
  return isMany
    ? { type, [`selected_${kind}s`]: element[`initial_${kind}s`] ?? [] }
    : { type, [`selected_${kind}`]: element[`initial_${kind}`] ?? null }
}
