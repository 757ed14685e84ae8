import { isJson, type Json, listOf, type Message, words } from './world.ts'

const MARKS = /<(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!channel|!here|!everyone|!subteam\^S[A-Z0-9]+)(\|[^>]*)?>/g
const NAMES = /(?<![\w&])@[\p{L}\d][\p{L}\d._-]*/gu

/**
 * Everybody a message would really call: `@U…`, `#C…`, `!channel`, `!here`, `!everyone`, `!subteam^S…`, and `@name` where
 * the call asked for names to be linked. Plain text calls nobody; the fallback counts as much as the blocks.
 */
export function mentionsIn(message: Pick<Message, 'text' | 'blocks' | 'linksNames'>): string[] {
  const texts = [message.text, ...message.blocks.flatMap(marked)]
  const named = message.linksNames ? texts.flatMap((text) => text.match(NAMES) ?? []) : []
  const marks = texts.flatMap((text) => [...text.matchAll(MARKS)].map(([, mark = '']) => mark))
  return [...new Set([...marks, ...named, ...message.blocks.flatMap(richMentions)])]
}

/** The texts of a block in which marks work. */
function marked(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(marked)
  if (!isJson(value)) return []
  if (value.type === 'mrkdwn' || value.type === 'markdown') return [words(value.text)]
  return Object.values(value).flatMap(marked)
}

/** Those called by name in rich text, where each is an element of its own. */
function richMentions(block: Json): string[] {
  const own: Record<string, () => string> = {
    user: () => `@${words(block.user_id)}`,
    usergroup: () => `!subteam^${words(block.usergroup_id)}`,
    broadcast: () => `!${words(block.range)}`,
    channel: () => `#${words(block.channel_id)}`,
  }
  const found = block.type === 'rich_text' || isRich(block) ? listOf(block.elements).flatMap(richMentions) : []
  return [...found, ...[own[words(block.type)]?.() ?? []].flat()]
}

const isRich = ({ type }: Json) => words(type).startsWith('rich_text')
