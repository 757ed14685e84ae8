import { expect, test } from 'vitest'
import { opens, posts } from './content-scene.ts'
import { communityCalled } from './lookup.ts'
import { server } from './postgres.ts'
import { backUp, houseOn, newSite, onSites, playedSite, restoreOn } from './restoring.ts'
import { textOf } from './stage.ts'

/** A database in a folder takes seconds to open; the gate runs what opens many. */
const slow = (name: string, play: () => Promise<void>) => test.runIf(process.env.SLOW || server)(name, play, 180_000)

onSites()

slow('after a restore nothing that communities received since the backup is sent again, and it counts', async () => {
  const old = await playedSite(async (stage) => {
    await opens(stage, 'Parents', ['ana', 'cem'])
    const { id } = await communityCalled(stage, 'Parents')
    await posts(stage, 'Parents', 'Seen before')
    await posts(stage, 'Parents', 'What do you think?', {
      ask: 'input',
      owedBy: new Date('2026-01-05T18:00:00Z'),
    })
    // Put off until after the backup.
    const piece = { title: 'In the evening', goal: 'inform', format: 'article', words: null, link: null } as const
    await stage.read(async (store) => {
      const of = await store.items.write([id], { kind: 'offer', ...piece, authorId: null }, stage.now(), 'waiting')
      const [item] = await store.items.piece(of)
      await store.queue.putOff(item?.id ?? '', new Date('2026-01-05T18:00:00Z'))
      await store.digests.again(id, new Date('2026-01-05T18:00:00Z'), { made: new Date('2026-01-05T12:00:00Z') })
    })
  })
  const file = await backUp(old)
  const to = await newSite('to')
  await restoreOn(to, '2026-01-06T10:00:00Z', file)
  const stage = await houseOn(to, '2026-01-06T10:05:00Z')
  await stage.pass('2h')
  const said = stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)
  expect(said.join('\n')).not.toMatch(/In the evening|It is late|News of/)
  await stage.actor('cem').types('/agreement parents')
  expect(await stage.actor('cem').presses('What was sent')).toContain('In the evening')
  // What comes next is told of as ever, and is not told of twice.
  await posts(stage, 'Parents', 'The day after')
  await stage.pass('40d')
  const news = stage.outputs.filter((one) => 'room' in one && textOf(one).includes('News of Parents')).map(textOf)
  expect(news.join('\n')).toContain('The day after')
  expect(news.join('\n')).not.toContain('Seen before')
  expect(stage.failures).toEqual([])
  await stage.close()
})
