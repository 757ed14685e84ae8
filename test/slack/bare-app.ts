import { App } from '@slack/bolt'
import { quiet } from './quiet.ts'
import type { Fake } from './server.ts'
import type { Json } from './world.ts'

/** A small app on real Bolt, for tests of the fake itself. */
export interface BareApp {
  app: App
  /** Events, as `type channel`. */
  heard: string[]
  /** Everything that came in, whole. */
  bodies: Json[]
  errors: unknown[]
  /** Where it listens, in HTTP mode. */
  url: string
  stop(): Promise<void>
}

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const mrkdwn = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } })
const button = (label: string) => ({
  type: 'button' as const,
  text: plain(label),
  action_id: label.toLowerCase(),
  value: label,
})
const option = (label: string) => ({ text: plain(label), value: label.toLowerCase() })

export const pick = [
  mrkdwn('Pick one'),
  {
    type: 'actions' as const,
    elements: [
      button('Why'),
      button('Later'),
      {
        type: 'static_select' as const,
        action_id: 'which',
        placeholder: plain('Which'),
        options: ['Parents United', 'Night Owls'].map(option),
      },
    ],
  },
]

export const form = (title: string, said = '') => ({
  type: 'modal' as const,
  callback_id: 'reason',
  notify_on_close: true,
  title: plain(title),
  submit: plain('Send'),
  blocks: [
    ...(said ? [mrkdwn(said)] : []),
    {
      type: 'input' as const,
      block_id: 'why',
      label: plain('Your reason'),
      element: { type: 'plain_text_input' as const, action_id: 'reason', max_length: 20 },
    },
    {
      type: 'input' as const,
      block_id: 'where',
      optional: true,
      label: plain('Where'),
      element: { type: 'external_select' as const, action_id: 'place', min_query_length: 0 },
    },
  ],
})

const home = (visits: number) => ({
  type: 'home' as const,
  blocks: [mrkdwn(`Visit ${visits}`), { type: 'actions' as const, elements: [button('Again')] }],
})

/** Starts it against a fake, by sockets or by signed requests. */
export async function startBareApp(fake: Fake, mode: 'socket' | 'http' = 'socket'): Promise<BareApp> {
  const heard: string[] = []
  const bodies: Json[] = []
  const errors: unknown[] = []
  const app = new App({
    token: fake.botToken,
    ...(mode === 'socket'
      ? { appToken: fake.appToken, socketMode: true }
      : { signingSecret: fake.signingSecret, endpoints: '/slack/events' }),
    clientOptions: { slackApiUrl: fake.api },
    logger: quiet,
  })
  app.error(async (error) => void errors.push(error))
  app.use(async ({ body, next }) => {
    bodies.push({ ...body })
    await next()
  })
  let visits = 0

  app.command('/community', async ({ command, ack, respond, client, body }) => {
    const [what = ''] = command.text.split(' ')
    if (what === 'silent') return
    if (what === 'short') return ack('Quickly')
    await ack()
    if (what === 'form') await client.views.open({ trigger_id: body.trigger_id, view: form('Say why') })
    else if (what === 'loading') {
      await respond({ text: 'One moment…' })
      await respond({ text: 'Here it is' })
    } else if (what === 'pick') await respond({ text: 'Pick one', blocks: pick })
    else if (what === 'post')
      await client.chat
        .postMessage({ channel: command.channel_id, text: 'For all', blocks: pick })
        .then(() => respond({ text: 'Said' }))
        .catch((error: Error) => respond({ text: error.message }))
    else await respond({ text: `Hello ${command.user_name}: ${command.text}` })
  })
  app.action('why', async ({ ack, body, client }) => {
    await ack()
    if ('trigger_id' in body) await client.views.open({ trigger_id: body.trigger_id, view: form('Say why') })
  })
  app.action('later', async ({ ack, respond }) => {
    await ack()
    await respond({ text: 'Later, then', blocks: [mrkdwn('Later, then')], replace_original: true })
  })
  app.action('which', async ({ ack, respond, action }) => {
    await ack()
    const chosen = 'selected_option' in action ? action.selected_option : undefined
    await respond({ text: `You chose ${chosen && 'value' in chosen ? chosen.value : ''}` })
  })
  app.action('again', async ({ ack, body, client }) => {
    await ack()
    visits += 1
    await client.views.publish({ user_id: body.user.id, view: home(visits) })
  })
  app.options('place', async ({ ack, options }) => {
    await ack({ options: [option(`${options.value} hall`), option(`${options.value} yard`)] })
  })
  app.view('reason', async ({ ack, view, body, client }) => {
    const said = view.state.values.why?.reason?.value ?? ''
    if (said === 'bad') return ack({ response_action: 'errors', errors: { why: 'Say it better' } })
    if (said === 'more') return ack({ response_action: 'update', view: form('Go on', 'And?') })
    if (said === 'deep') return ack({ response_action: 'push', view: form('Deeper') })
    if (said === 'done') await ack({ response_action: 'clear' })
    else await ack()
    const place = view.state.values.where?.place?.selected_option?.value ?? 'nowhere'
    await client.chat.postMessage({ channel: body.user.id, text: `Because ${said}, ${place}` })
  })
  app.view({ type: 'view_closed', callback_id: 'reason' }, async ({ ack }) => {
    await ack()
    heard.push('view_closed')
  })
  app.shortcut('find', async ({ ack, shortcut, client }) => {
    await ack()
    await client.views.open({ trigger_id: shortcut.trigger_id, view: form('Find') })
  })
  app.shortcut('report', async ({ ack, respond }) => {
    await ack()
    await respond({ text: 'Thank you' })
  })
  app.event('app_home_opened', async ({ event, client }) => {
    visits += 1
    await client.views.publish({ user_id: event.user, view: home(visits) })
  })
  app.event(/.*/, async ({ event }) => {
    const channel = 'channel' in event ? event.channel : ''
    heard.push(`${event.type} ${typeof channel === 'string' ? channel : (channel as { id: string }).id}`.trim())
  })

  let url = ''
  if (mode === 'socket') await app.start()
  else {
    const server = await app.start(0)
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/slack/events`
    fake.http.to(url)
  }
  return { app, heard, bodies, errors, url, stop: async () => void (await app.stop()) }
}
