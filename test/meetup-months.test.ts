import { expect, test } from 'vitest'
import { onStage, planned, play, scene, stage } from './meetup-scene.ts'

onStage()

test('names of who came are kept for six months, and how many came for good', async () => {
  await scene('ben', 'cem')
  await play(...planned('Picnic', '', 'in 1 hour'), '@ben [Yes, I come] "Picnic"', '@cem [Yes, I come] "Picnic"')
  await play('@ana /meetups', '@ana [Picnic]', '@ana [Look after it]', '@ana [Who is there]', '@ana [There: @ben]')
  await stage.pass('4h')
  expect(await play('@cem /meetups past')).toMatch(/you said yes and were not checked in/)
  await play(...planned('Second'), '@cem [Yes, I come] "Second"', '@ben [Yes, I come] "Second"')
  const list = await play('@ana /meetups', '@ana [Second]', '@ana [Look after it]', '@ana [Who comes]')
  expect(list.match(/did not come/g)).toHaveLength(1)
  expect(list).toMatch(/"@cem","value":"comes, number 1; did not come 1 time lately"/)
  await stage.pass('26w')
  await stage.pass('9d')
  const past = await play('@cem /meetups past')
  expect(past).toMatch(/Picnic/)
  expect(past).not.toMatch(/you said yes|checked in/)
  await play('@ana /meetups past', '@ana [Picnic]')
  expect(await play('@ana [Look after it]')).toMatch(/1 person was/)
})
