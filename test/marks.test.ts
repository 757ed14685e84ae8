import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backupFolder } from '../src/backup-folder.ts'
import type { Mark } from '../src/store/marks.ts'
import { openStage } from './stage.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(`${tmpdir()}/kindred-marks-`)
})
afterEach(() => rm(root, { recursive: true, force: true }))

test('old marks go, though nobody does anything that is to be marked', async () => {
  const backups = backupFolder(root)
  const old = { hash: 'y', kind: 'yes' as const, at: new Date('2026-01-01T12:00:00Z') }
  await backups.marks.add([old], old.at)
  const stage = await openStage({ now: '2026-01-08T12:00:00Z', backups })
  await stage.pass('1m')
  expect(await backups.marks.all()).toEqual([old])
  await stage.pass('3d')
  expect(await backups.marks.all()).toEqual([])
  expect(stage.failures).toEqual([])
  await stage.close()
})

test('a file of marks that is of another history is of this one only once all is in it', async () => {
  const { marks } = backupFolder(root)
  const [one, other] = ['2026-01-01T12:00:00Z', '2026-01-02T12:00:00Z'].map((at) => new Date(at))
  const mark = (hash: string): Mark => ({ hash, kind: 'yes', at: new Date('2026-01-05T12:00:00Z') })
  expect(await marks.reach()).toEqual({ history: undefined, to: undefined })
  await marks.addAll([mark('a')], one ?? new Date(), new Date('2026-01-05T13:00:00Z'))
  expect(await marks.reach()).toEqual({ history: one, to: new Date('2026-01-05T13:00:00Z') })
  const stage = await openStage({ now: '2026-01-05T14:00:00Z', backups: backupFolder(root) })
  await stage.actor('ana').types('/my')
  await stage.actor('ana').presses('Pause everything')
  await stage.close()
  const { history } = await marks.reach()
  expect(history).not.toEqual(one)
  await marks.add([mark('a')], history ?? new Date())
  await marks.add([mark('b')], other ?? new Date())
  expect((await marks.reach()).history).toEqual(other)
  await marks.drop(new Date('2026-02-05T12:00:00Z'))
  // Ana's pause lasts.
  expect((await marks.all()).map(({ kind }) => kind)).toEqual(['paused'])
  expect((await marks.reach()).history).toEqual(other)
})

test('a file of marks that is lost while Kindred runs is begun anew with all that there is', async () => {
  const backups = backupFolder(root)
  const stage = await openStage({ backups })
  const pauses = async (name: string) => {
    await stage.actor(name).types('/my')
    await stage.actor(name).presses('Pause everything')
    await stage.pass('1m')
  }
  await pauses('ana')
  await rm(`${root}/backups/marks.jsonl`)
  await pauses('ben')
  expect((await backups.marks.all()).map(({ kind }) => kind)).toEqual(['paused', 'paused'])
  expect(stage.failures).toEqual([])
  await stage.close()
})

test('two processes that share the folder lose nothing of each other', async () => {
  const [one, other] = [backupFolder(root).marks, backupFolder(root).marks]
  const at = new Date('2026-01-05T12:00:00Z')
  const old = { hash: 'old', kind: 'yes' as const, at: new Date('2025-01-05T12:00:00Z') }
  const mark = (hash: string): Mark => ({ hash, kind: 'person', at })
  for (let n = 0; n < 10; n++) {
    await one.add([{ ...old, hash: `old ${n}` }], at)
    await Promise.all([
      one.drop(at),
      other.drop(at),
      one.add([mark(`one ${n}`)], at),
      other.add([mark(`other ${n}`)], at),
    ])
  }
  const kept = (await one.all()).map(({ hash }) => hash).filter((hash) => !hash.startsWith('old'))
  expect(kept.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((n) => [`one ${n}`, `other ${n}`]).sort())
})
