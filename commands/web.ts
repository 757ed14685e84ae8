import { command } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'

export default command({
  name: 'web',
  description: 'Go on in a browser, as who you are here',
  permission: 'guest',
  options: {},
  async run({ store, caller, where, site, now }) {
    if (where.platform === 'web') throw new Refusal(say`You are in the browser already.`)
    const { id: personId, name, isStaff } = caller
    const token = await store.webLinks.make({ kind: 'chat', personId, name, isStaff }, now)
    const link = { link: `${site}/enter/${token}`, label: `${site}/enter/${token}` }
    return {
      text: say`Open this within 15 minutes, once, in your browser: ${link}. It signs in whoever opens it, so pass it on to nobody.`,
    }
  },
})
