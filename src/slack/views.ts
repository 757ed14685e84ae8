import type { types } from '@slack/bolt'
import { z } from 'zod'
import { clipped } from '../core/pieces.ts'
import type { Form } from '../reply.ts'
import { LIMITS } from './limits.ts'
import { type Block, inView, type Page } from './render.ts'

/** Where a form came from, so that its answer finds the way back: Slack returns it with what was filled in. */
const originSchema = z.object({
  address: z.string(),
  /** The channel it was asked for in. */
  place: z.string().optional(),
  /** Where its answer may go to, and since when. */
  url: z.string().optional(),
  at: z.number(),
  /** The message pressed is that person's alone, so its place may be taken. */
  isPrivate: z.boolean().optional(),
  isConversation: z.boolean().optional(),
  thread: z.string().optional(),
  isHome: z.boolean().optional(),
})
export type Origin = z.infer<typeof originSchema>

/** A form as Slack's modal. What is sent comes back with where it came from. */
export function modalOf({ title, fields }: Form, origin: Origin): types.ModalView {
  return {
    type: 'modal',
    callback_id: FORM,
    ...titled(title),
    submit: words('Send', LIMITS.modalTitle),
    close: words('Cancel', LIMITS.modalTitle),
    private_metadata: kept(origin),
    blocks: [
      ...explained(title),
      ...fields.map(
        ({ name, label, required, long, max, value }): types.InputBlock => ({
          type: 'input',
          block_id: name,
          optional: !required,
          label: words(label, LIMITS.modalLabel),
          element: {
            type: 'plain_text_input',
            action_id: name,
            multiline: long,
            max_length: Math.min(max, LIMITS.modalInput),
            ...(value && { initial_value: clipped(value, LIMITS.modalInput) }),
          },
        }),
      ),
    ],
  }
}

/** What a modal of ours that was sent is known by. */
export const FORM = 'form'

/** Where a sent form came from; undefined for what is none of ours. */
export function originOf(metadata: string): Origin | undefined {
  try {
    return originSchema.safeParse(JSON.parse(metadata)).data
  } catch {
    // Not JSON: no form of ours.
    return undefined
  }
}

/** What was filled in, by the names of the fields. */
export function filledIn(values: Record<string, Record<string, { value?: string | null | undefined }>>) {
  return Object.fromEntries(Object.entries(values).map(([name, inputs]) => [name, inputs[name]?.value ?? '']))
}

/** A modal that shows an answer; one that was opened from Kindred's page says so, since the page may be stale afterwards. */
export function answerView(pages: Page[], isFromHome = false): types.ModalView {
  return modal(inView(pages), isFromHome)
}

/** What is shown until there is an answer: Slack lets a view be opened only at once. */
export function waitingView(isFromHome = false): types.ModalView {
  return modal([{ type: 'section', text: words('One moment…', LIMITS.section) }], isFromHome)
}

/** What a modal that was opened from Kindred's page keeps. */
export const FROM_HOME = 'home'

function modal(blocks: Block[], isFromHome: boolean): types.ModalView {
  const kept = isFromHome ? { private_metadata: FROM_HOME } : {}
  return { type: 'modal', ...titled('Communities'), close: words('Close', LIMITS.modalTitle), ...kept, blocks }
}

const titled = (title: string) => ({ title: words(title, LIMITS.modalTitle) })

/** A title too long for its place is read in full below it. */
function explained(title: string): types.SectionBlock[] {
  return title.length > LIMITS.modalTitle ? [{ type: 'section', text: words(title, LIMITS.section) }] : []
}

/** An address of where to answer that is too long to be kept is left out; the answer then goes into the private conversation. */
function kept(origin: Origin): string {
  const whole = JSON.stringify(origin)
  return whole.length <= LIMITS.privateMetadata ? whole : JSON.stringify({ ...origin, url: undefined })
}

function words(text: string, max: number): types.PlainTextElement {
  return { type: 'plain_text', text: clipped(text, max) || '\u200b', emoji: true }
}
