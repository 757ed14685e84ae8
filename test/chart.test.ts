import { load } from 'cheerio'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawChart, painted, pictureOf } from '../src/chart.ts'
import { labelPen } from '../src/core/plain.ts'
import { say } from '../src/core/say.ts'
import type { Chart } from '../src/reply.ts'
import { figures, NASTY, sizeOfPng } from './figures.ts'
import { nasty } from './web/nasty.ts'

const pen = labelPen({}, 'UTC', (words) => words)
const svgOf = (chart: Chart | undefined) => drawChart(chart ?? { title: say``, series: [], bars: [] }, pen)
const wordsOf = (svg: string) => {
  const $ = load(svg, { xml: true })
  return $('text')
    .toArray()
    .map((one) => $(one).text())
}
/** A picture of bars alone has none of these: pixels nearly as dark as the ink, and of no colour. */
function inkIn(svg: string): number {
  const { pixels } = painted(svg)
  let found = 0
  for (let i = 0; i < pixels.length; i += 4)
    if (pixels.readUInt32BE(i) >>> 8 === 0x1b1b1f && pixels[i + 3] === 255) found++
  return found
}

describe('a chart', () => {
  test('writes every label, and the length at each bar', () => {
    const words = wordsOf(svgOf(figures('The garden').chart))
    expect(words.sort()).toEqual(['1', '2', '3', 'Option 2', 'Option 3', 'The garden'])
  })

  test('of several series says which bar is whose, by words and patterns', () => {
    const svg = svgOf(figures('The garden', 3, 3).chart)
    expect(wordsOf(svg)).toEqual(expect.arrayContaining(['Yes', 'If need be', 'No']))
    expect(load(svg, { xml: true })('pattern').length).toBe(2)
  })

  test('is the same picture each time', () => {
    const { chart } = figures(NASTY, 5, 3)
    expect(svgOf(chart)).toBe(svgOf(chart))
    expect(pictureOf(svgOf(chart)).equals(pictureOf(svgOf(chart)))).toBe(true)
  })

  test('shows labels of any length and any letters as the words they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(nasty, fc.constantFrom(NASTY, 'x'.repeat(300), '{a|b}', '"/>&#0;]]>', 'zr0-cls-0')),
        (label) => {
          const svg = svgOf(figures(label, 2, 2).chart)
          const $ = load(svg, { xml: true })
          const names = new Set(
            $('*')
              .toArray()
              .map((one) => ('name' in one ? one.name : '')),
          )
          for (const name of names)
            expect(['svg', 'rect', 'path', 'text', 'g', 'defs', 'pattern', 'clipPath']).toContain(name)
          for (const words of wordsOf(svg)) expect(words.length).toBeLessThanOrEqual(8 * 40 + 1)
          expect(sizeOfPng(pictureOf(svg)).isPng).toBe(true)
        },
      ),
      { numRuns: 60, seed: 1 },
    )
    expect(wordsOf(svgOf(figures('<b>&amp;</b>').chart))).toContain('<b>&amp;</b>')
    expect(wordsOf(svgOf(figures('zr0-cls-0').chart))).toContain('zr0-cls-0')
  })

  test('has letters in its picture, on a machine without any font', () => {
    const svg = svgOf(figures('The garden').chart)
    const { isPng, width } = sizeOfPng(pictureOf(svg))
    expect([isPng, width]).toEqual([true, 960])
    expect(inkIn(svg)).toBeGreaterThan(2_000)
    expect(inkIn(svg.replace(/<text[\s\S]*?<\/text>/g, ''))).toBe(0)
  })

  test('of very many bars says how many more the table holds', () => {
    const words = wordsOf(svgOf(figures('The garden', 500).chart))
    expect(words).toContain('460 more in the table')
    expect(wordsOf(svgOf(figures('The garden', 0).chart))).toEqual([])
  })

  test('leaves no memory behind', { retry: 2 }, async () => {
    const svg = svgOf(figures('The garden', 10).chart)
    const before = process.memoryUsage().rss
    for (let i = 0; i < 100; i++) {
      pictureOf(svg)
      await new Promise(setImmediate)
    }
    // What a hundred of them take is five times as much.
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
  })
})
