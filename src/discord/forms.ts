import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js'
import { clipped } from '../core/pieces.ts'
import type { Form } from '../reply.ts'
import { LIMITS } from './limits.ts'

/** A form as Discord's modal. What is sent comes back with the same address. */
export function modalOf({ title, address, fields }: Form): APIModalInteractionResponseCallbackData {
  return {
    title: clipped(title, LIMITS.modalTitle),
    custom_id: address,
    components: fields.map(({ name, label, required, long, max, value }) => ({
      type: ComponentType.Label,
      label: clipped(label, LIMITS.modalLabel),
      // A label too long for its place is read in full below it.
      ...(label.length > LIMITS.modalLabel && { description: clipped(label, LIMITS.modalDescription) }),
      component: {
        type: ComponentType.TextInput,
        custom_id: name,
        style: long ? TextInputStyle.Paragraph : TextInputStyle.Short,
        required,
        max_length: Math.min(max, LIMITS.modalInput),
        ...(value && { value: clipped(value, LIMITS.modalInput) }),
      },
    })),
  }
}
