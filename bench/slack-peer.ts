import { App } from '@slack/bolt'

/** The least Bolt app: it answers everything with a constant, which has one button. */
const [api = '', token = '', appToken = ''] = process.argv.slice(2)
const constant = {
  text: 'Constant',
  blocks: [
    { type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'Constant' } },
    {
      type: 'actions' as const,
      elements: [
        {
          type: 'button' as const,
          text: { type: 'plain_text' as const, text: 'Again' },
          action_id: 'again',
          value: 'again',
        },
      ],
    },
  ],
}
const app = new App({ token, appToken, socketMode: true, clientOptions: { slackApiUrl: api } })
app.command(/.*/, async ({ ack, respond }) => {
  await ack()
  await respond({ response_type: 'ephemeral', ...constant })
})
app.action('again', async ({ ack, respond }) => {
  await ack()
  await respond({ replace_original: true, ...constant })
})
await app.start()
process.on('SIGTERM', () => process.exit(0))
process.stdout.write('ready\n')
