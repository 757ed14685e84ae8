import { type Pen, type Text, write } from './core/say.ts'
import { tableLines } from './core/table-text.ts'
import type { Card } from './reply.ts'

/**
 * A card's table as lines for letters of one width, its chart as bars beside the figures. They are plain words: the pen
 * may write no markup, and whoever shows them has to escape them.
 */
export function figureLines({ table, chart }: Card, pen: Pen, cellMax: number): string[] {
  if (!table) return []
  const on = (text: Text) => write(text, pen)
  const bars = chart?.series.map((one, i) => ({
    label: on(one),
    lengths: chart.bars.map(({ lengths }) => lengths[i] ?? 0),
  }))
  const figures = { columns: table.columns.map(on), rows: table.rows.map((row) => row.map(on)), ...(bars && { bars }) }
  return tableLines(figures, cellMax)
}
