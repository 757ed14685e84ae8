import { webApi } from '@slack/bolt'
import { expect, test } from 'vitest'
import { described } from '../src/log.ts'

test('why Slack failed is written down by its own word, and nobody’s words are', () => {
  const refused = new webApi.WebAPIPlatformError({ ok: false, error: 'restricted_action', response_metadata: {} })
  expect(described(refused)).toMatchObject({ code: 'slack_webapi_platform_error', why: 'restricted_action' })
  expect(described(Object.assign(new Error('it ended'), { reason: 'too_many_websockets' }))).toMatchObject({
    why: 'too_many_websockets',
  })
  const words = Object.assign(new Error('Ana wrote this'), { data: { error: 'Ana wrote this' }, reason: 'Ana too' })
  expect(JSON.stringify(described(words))).not.toContain('Ana')
  expect(JSON.stringify(described(new Error('wrong:\n  at Ana’s we meet')))).not.toContain('Ana')
  expect(described(new Error('wrong')).stack.join()).toContain('log.test.ts')
  expect(described('Ana')).toEqual({ kind: '?', stack: [] })
})
