import type { APIEmbed } from 'discord.js'
import { drawChart, pictureOf } from '../chart.ts'
import { clipped, pieces } from '../core/pieces.ts'
import { type Pen, write } from '../core/say.ts'
import { figureLines } from '../figures.ts'
import type { Card } from '../reply.ts'
import { LIMITS } from './limits.ts'

/** A picture in an embed of the same message, with words for people who hear it read. */
export interface Picture {
  name: string
  description: string
  png: Buffer
}

/** Phones show about so much of a line. */
const CELL_MAX = 18
const FENCE = '```'

/** A card's figures as text, in embeds whose letters are all of one width. */
export function tablesOf(card: Card, label: Pen): APIEmbed[] {
  const lines = figureLines(card, label, CELL_MAX)
  if (lines.length === 0) return []
  // Inside the fence nothing can be escaped, so what would close it may not stand there.
  const text = lines.join('\n').replaceAll('`', 'ˋ')
  const room = LIMITS.embedDescription - 2 * FENCE.length - 2
  return pieces(text, room).map((piece) => ({ description: `${FENCE}\n${piece}\n${FENCE}` }))
}

/** A card's chart as a picture. */
export function pictureFor({ chart }: Card, label: Pen): Picture | undefined {
  if (!chart) return undefined
  const description = clipped(write(chart.title, label), LIMITS.attachmentDescription)
  return { name: 'chart.png', description, png: pictureOf(drawChart(chart, label)) }
}
