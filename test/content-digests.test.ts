import { afterEach, describe, expect, test } from 'vitest'
import { nextDigest } from '../src/core/digest.ts'
import { agrees, opens } from './content-scene.ts'
import { openRaw, type Raw } from './raw.ts'
import { openStage, type Stage, textOf } from './stage.ts'

const DAY_MS = 86_400_000

let stage: Stage | undefined
let raw: Raw | undefined
afterEach(async () => {
  await stage?.close()
  await raw?.close()
  stage = undefined
  raw = undefined
})

const news = () => (stage?.outputs ?? []).map(textOf).filter((text) => text.startsWith('News of Parents'))

describe('the first digest', () => {
  test('of a community that was there before digests were is of what came about since', async () => {
    raw = await openRaw()
    stage = await openStage({ place: raw.place })
    await opens(stage, 'Parents', ['ana', 'ben'])
    await stage.actor('ben').types('/propose "Long ago"')
    await stage.pass('10d')
    await raw.sql('update communities set digest_at = null, digested_at = null, digest_version = null')
    await stage.pass('1m')
    await stage.actor('ben').types('/propose "Just now"')
    await stage.sleep('2026-02-02T10:01:00Z')
    expect(news()).toHaveLength(1)
    expect(news()[0]).toContain('Just now')
    expect(news()[0]).not.toContain('Long ago')
  })

  test('comes at its time, also where it could not be worked out at first', async () => {
    raw = await openRaw()
    stage = await openStage({ place: raw.place })
    await raw.sql(`update organization set terms = '{}'`)
    await opens(stage, 'Parents', ['ana', 'ben'])
    expect(stage.failures.length).toBeGreaterThan(0)
    await raw.sql('update organization set terms = null')
    await stage.actor('ben').types('/propose Storytime')
    await stage.pass('2d')
    expect(news()).toHaveLength(0)
    await stage.sleep('2026-02-02T10:01:00Z')
    expect(news()).toHaveLength(1)
  })

  test('after a time in which none was wanted is of what came about since', async () => {
    stage = await openStage()
    await opens(stage, 'Parents', ['ana', 'ben'])
    await agrees(stage, ['ana', 'ben'], { when: { digest: 'never' } })
    await stage.actor('ben').types('/propose "Long ago"')
    await stage.pass('90d')
    await agrees(stage, ['ana', 'ben'], { when: { digest: 'weekly' } })
    await stage.actor('ben').types('/propose "Just now"')
    await stage.pass('8d')
    expect(news().join('\n')).toContain('Just now')
    expect(news().join('\n')).not.toContain('Long ago')
  })
})

test('every second Monday is every second one over all years, also those of 53 weeks', () => {
  const silence = { days: [], hours: null }
  let at = new Date('2026-01-01T00:00:00Z')
  const times = Array.from({ length: 200 }, () => {
    at = nextDigest('fortnightly', at, silence, 'Europe/Berlin')
    return at.getTime()
  })
  const days = times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) / DAY_MS))
  expect(new Set(days)).toEqual(new Set([14]))
})

test('whoever is in many communities can mute the last of them', async () => {
  stage = await openStage()
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
    await opens(stage, letter.repeat(9), [`founder-${letter}`, 'ana'])
    await stage.pass('10m')
  }
  await stage.actor('ana').types('/my notices')
  const first = await stage.actor('ana').presses('Mute or snooze a community')
  expect(first).not.toContain('zzzzzzzzz')
  expect(await stage.actor('ana').presses('More')).toContain('zzzzzzzzz')
  await stage.actor('ana').presses('zzzzzzzzz')
  await stage.actor('ana').presses('Mute')
  expect(await stage.actor('ana').types('/my notices')).toContain('Muted: zzzzzzzzz')
})
