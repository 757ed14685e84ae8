import { createRequire } from 'node:module'
import { type RenderedImage, Resvg } from '@resvg/resvg-js'
import { type EChartsOption, init } from 'echarts/dist/echarts.esm.min.mjs'
import { type Pen, write } from './core/say.ts'
import { cut } from './core/table-text.ts'
import type { Chart } from './reply.ts'

const WIDTH = 640
const ZOOM = 1.5
const MARGIN = 20
/** Legible on a phone, which shows the picture at half its size. */
const FONT_SIZE = 22
const FONT = 'DejaVu Sans'
const LABEL_MAX = 40
const LABEL_HEIGHT = 34
const BAR_HEIGHT = 28
const GAP = 14
/** A picture that is higher is looked at by nobody; all figures are in the table. */
const BARS_MAX = 40
const PIXEL_BYTES = 4
/** XML has no place for these, however they are escaped. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu
const INK = '#1b1b1f'
/** Each is told from its neighbours, and from the paper, by eyes that see no colours too. */
const COLOURS = ['#1f4fb8', '#e0a100', '#0b7a64', '#b4468f', '#5a3fa0', '#7a7d87']
/** Series are told apart by patterns as well; the first has none. */
const PATTERNS = [
  { dashArrayX: [1, 0], dashArrayY: [3, 6], rotation: -Math.PI / 4 },
  { dashArrayX: [3, 5], dashArrayY: [1, 0] },
  { dashArrayX: [1, 0], dashArrayY: [3, 6], rotation: Math.PI / 4 },
  { dashArrayX: [1, 0], dashArrayY: [2, 6] },
]
const figure = new Intl.NumberFormat('en', { maximumFractionDigits: 2, useGrouping: false })
const fontFile = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')

/** A chart as an SVG picture of horizontal bars, the same for the same figures. Pictures know no markup, so neither may the pen. */
export function drawChart(chart: Chart, pen: Pen): string {
  const words = (text: Chart['title']) =>
    cut(write(text, pen).replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim(), LABEL_MAX)
  const series = chart.series.map(words)
  const bars = chart.bars.slice(0, Math.max(1, Math.floor(BARS_MAX / Math.max(1, series.length))))
  const labels = bars.map(({ label }) => words(label))
  const left = chart.bars.length - bars.length
  const group = series.length * BAR_HEIGHT
  const top = series.length > 1 ? MARGIN + series.length * LABEL_HEIGHT : MARGIN / 2
  const body = bars.length * (LABEL_HEIGHT + group + GAP)
  const text = { color: INK, fontFamily: FONT, fontSize: FONT_SIZE }
  const option: EChartsOption = {
    animation: false,
    backgroundColor: '#ffffff',
    ...(series.length > 1 && {
      legend: {
        ...{
          orient: 'vertical',
          left: MARGIN,
          top: MARGIN / 2,
          itemGap: LABEL_HEIGHT - FONT_SIZE,
          itemHeight: FONT_SIZE,
        },
        ...{ itemWidth: 2 * FONT_SIZE, textStyle: text, formatter: (name: string) => series[Number(name)] ?? '' },
      },
    }),
    ...(left > 0 && {
      title: {
        text: `${left} more in the table`,
        left: MARGIN,
        bottom: MARGIN / 2,
        textStyle: { ...text, fontWeight: 'normal' },
      },
    }),
    grid: { left: MARGIN, right: 5 * FONT_SIZE, top, height: body },
    xAxis: { type: 'value', min: 0, show: false },
    yAxis: {
      // Names stand for places: of two things called alike each keeps its bar.
      ...{ type: 'category', inverse: true, data: bars.map((_, i) => String(i)), axisTick: { show: false } },
      axisLine: { show: false },
      // Above its bars a label has the whole width.
      axisLabel: {
        ...{ ...text, inside: true, interval: 0, margin: 0, verticalAlign: 'bottom' },
        ...{ padding: [0, 0, group / 2 - GAP / 2 + 9, 0], formatter: (_: string, i: number) => labels[i] ?? '' },
      },
      z: 3,
    },
    series: series.map((_, i) => ({
      ...{ type: 'bar', name: String(i), data: bars.map(({ lengths }) => lengths[i] ?? 0) },
      ...{ barWidth: BAR_HEIGHT - 4, barGap: `${(100 * 4) / (BAR_HEIGHT - 4)}%` },
      itemStyle: { color: COLOURS[i % COLOURS.length] ?? INK, ...(i > 0 && { decal: patternOf(i) }) },
      label: {
        ...text,
        show: true,
        position: 'right',
        formatter: ({ value }: { value?: unknown }) => figure.format(Number(value)),
      },
    })),
  }
  const drawing = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: WIDTH,
    height: top + body + (left > 0 ? 3 * MARGIN : MARGIN),
  })
  drawing.setOption(option)
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  // It numbers its drawings, and marks what a pointer would light up; typed words hold no quotation marks any more.
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/="(url\(#)?zr\d+-/g, '="$1chart-')
}

/** An SVG picture as a PNG, with a font that comes along: a machine for servers may have none. */
export function pictureOf(svg: string): Buffer {
  return painted(svg).asPng()
}

/** The picture before it is packed, pixel by pixel: four bytes each. */
export function painted(svg: string): RenderedImage {
  const font = { loadSystemFonts: false, fontFiles: [fontFile], defaultFontFamily: FONT, sansSerifFamily: FONT }
  const picture = new Resvg(svg, { font, fitTo: { mode: 'zoom', value: ZOOM } }).render()
  // Its pixels are none of V8's, which would let a gigabyte of them wait to be freed; as much of its own makes it look.
  new ArrayBuffer(2 * PIXEL_BYTES * picture.width * picture.height)
  return picture
}

function patternOf(i: number) {
  return { symbol: 'rect', color: 'rgba(255, 255, 255, 0.55)', ...PATTERNS[(i - 1) % PATTERNS.length] }
}
