import { buttonIn, deliveryOf } from './delivery.ts'
import { codeFor, type Stage } from './stage.ts'

/** Many people, `p0` and on, in a community, who have said yes and proven an address; all mails at once, since time is dear. */
export async function manySharers(stage: Stage, count: number, community: string): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => `p${i}`)
  const run = (name: string, command: string, raw: Record<string, string>) =>
    stage.router.run(deliveryOf(`${name}/${command}/${raw.address ?? ''}`, name, stage.now()), command, raw)
  for (const name of names) {
    const yes = buttonIn(await run(name, 'join', { community }), 'Yes')
    await stage.router.press(deliveryOf(`${name}/yes`, name, stage.now()), yes ?? '')
    await run(name, 'email', { address: `${name}@example.org` })
  }
  await stage.runner.runDue()
  for (const name of names) await run(name, 'email', { address: codeFor(stage, `${name}@example.org`) })
  await stage.runner.runDue()
}
