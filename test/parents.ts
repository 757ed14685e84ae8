import { buttonIn, deliveryOf } from './delivery.ts'
import type { Stage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture'

/** Ana's Parents United, open at once, and the address of the Yes under the question about it. */
export async function foundParents(stage: Stage): Promise<{ id: string; yes: string }> {
  const delivery = deliveryOf('founding', 'ana', stage.now())
  const answer = await stage.router.run(delivery, 'start-community', {
    name: 'Parents United',
    need: NEED,
    pledges: '1',
  })
  const community = await stage.read((store) => store.communities.find('parents-united', 'parents-united', ''))
  return { id: community?.id ?? '', yes: buttonIn(answer, 'Yes') ?? '' }
}

/** What the database holds of somebody: what they are to the community, and every direction they ever gave. */
export async function heldOf(stage: Stage, name: string, community: string) {
  return stage.read(async (store) => {
    const person = await store.people.meet(deliveryOf('', name, stage.now()).account, name, stage.now())
    const standing = (await store.communities.get(community, person.id))?.standing.state
    const directions = await store.directions.of(person.id)
    return { standing, directions: directions.length, standingOnes: directions.filter((one) => !one.revokedAt).length }
  })
}
