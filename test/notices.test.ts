import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  NOTICE_KINDS,
  NOTICES,
  type NoticeKind,
  notBefore,
  type Quiet,
  timeOfDay,
  type Way,
} from '../src/core/notice.ts'
import { say } from '../src/core/say.ts'
import { NEED, personCalled } from './lookup.ts'
import { codeFor, onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage((opened) => {
  stage = opened
})

const HERE = { platform: 'terminal', workspace: 'main' }
const QUESTION = 'May the Museum'

const choose = async (name: string, kind: NoticeKind, way: Way) => {
  const { id } = await personCalled(stage, name)
  await stage.read((store) => store.notices.choose(id, kind, way))
}
const quiet = async (name: string, hours: Quiet | null) => {
  const { id } = await personCalled(stage, name)
  await stage.read((store) => store.notices.quiet(id, hours))
}
const prove = async (name: string) => {
  await stage.actor(name).types(`/email ${name}@example.org`)
  await stage.actor(name).types(`/email ${codeFor(stage, `${name}@example.org`)}`)
}
/** What somebody was shown in private, and what was mailed to them. */
const shownTo = (name: string) =>
  stage.outputs.filter((output) => 'shown' in output && output.to === name).map((output) => textOf(output))
const mailsTo = (name: string) =>
  stage.outputs.flatMap((output) => ('mail' in output && output.mail.to === `${name}@example.org` ? [output.mail] : []))
const start = (name = 'Parents', more = 'pledges:2') =>
  stage.actor('ana').types(`/start-community ${name} ${NEED} ${more}`)

describe('a notice', () => {
  test('comes here in private, until its way is chosen', async () => {
    await start()
    await stage.actor('ben').types('/join parents')
    expect(shownTo('ana').join('\n')).toContain('Parents has opened, and you are in.')
    expect(shownTo('ana').join('\n')).toContain(QUESTION)
  })

  test('comes by mail to who chose so; what is to be pressed waits in the chat', async () => {
    await prove('ana')
    await choose('ana', 'opened', 'mail')
    await start()
    await stage.actor('ben').types('/join parents')
    const mail = mailsTo('ana').at(-1)
    expect(mail?.subject).toBe('City Museum: A community of yours has opened')
    expect(mail?.text).toContain('Parents has opened, and you are in.')
    expect(mail?.text).toContain('To answer, go to the chat')
    expect(mail?.text).toContain('/my notices')
    expect(await stage.actor('ana').presses('Yes', QUESTION)).toContain('Thank you')
  })

  test('with nothing to press comes by mail alone', async () => {
    await start('Parents', 'pledges:1 visibility:request')
    await prove('ben')
    await choose('ben', 'answered', 'mail')
    await stage.actor('ben').types('/join parents')
    await stage.actor('ben').presses('Say why')
    await stage.actor('ben').fills({ reason: 'two toddlers' })
    await stage.actor('ana').presses('Decline')
    await stage.actor('ana').fills({ reason: 'we are full' })
    expect(mailsTo('ben').at(-1)?.text).toContain('was declined: we are full')
    expect(shownTo('ben').join('\n')).not.toContain('we are full')
  })

  test('comes here after all where mail was chosen and no address is proven', async () => {
    await choose('ana', 'opened', 'mail')
    await start()
    await stage.actor('ben').types('/join parents')
    expect(shownTo('ana').join('\n')).toContain('Parents has opened')
    expect(mailsTo('ana')).toEqual([])
  })

  test('about a sensitive community never goes by mail', async () => {
    await prove('ana')
    await choose('ana', 'opened', 'mail')
    const before = mailsTo('ana').length
    await start('Quiet', 'pledges:2 sensitive:yes')
    await stage.actor('ben').types('/join "Quiet"')
    await stage.actor('ben').presses('Yes, join')
    expect(shownTo('ana').join('\n')).toContain('Quiet has opened')
    expect(mailsTo('ana')).toHaveLength(before)
  })

  test('that was not shown is no question asked: it is put at the next own act', async () => {
    await start()
    await choose('ana', 'opened', 'room')
    await stage.actor('ben').types('/join parents')
    expect(shownTo('ana').join('\n')).not.toContain(QUESTION)
    expect(await stage.actor('ana').types('/communities nothing-like-it')).toContain(QUESTION)
    expect(await stage.actor('ana').types('/communities nothing-like-it')).not.toContain(QUESTION)
  })

  test('does not come to who paused everything, unless somebody waits for their answer', async () => {
    const { id } = await personCalled(stage, 'ana')
    await start()
    await stage.read((store) => store.people.pause(id, stage.now()))
    await stage.actor('ben').types('/join parents')
    expect(shownTo('ana').join('\n')).not.toContain('has opened')
    const told = await stage.read((store) =>
      store.notices.tell([id], 'asked', { text: say`Eve asks to join.` }, stage.now(), HERE),
    )
    expect(told).toEqual([id])
  })

  test('cannot be sent where its kind does not go', async () => {
    await stage.actor('ana').types('/help')
    await expect(choose('ana', 'asked', 'none')).rejects.toThrow()
    const { id } = await personCalled(stage, 'ana')
    const { ways } = await stage.read((store) => store.notices.choices(id))
    expect(Object.keys(ways)).toEqual(NOTICE_KINDS)
    expect(ways.asked).toBe('chat')
  })

  test('every kind can be told in private, which holds until somebody chooses, but for what the room says anyway', () => {
    for (const [kind, { ways }] of Object.entries(NOTICES)) {
      expect(ways).toContain('chat')
      // What the room says to everybody would come twice.
      expect(ways[0], kind).toBe(['ballot', 'meetup', 'digest'].includes(kind) ? 'room' : 'chat')
    }
  })
})

describe('quiet hours', () => {
  test('hold a notice until they are over, and a later one that does not wait is not held up by it', async () => {
    await start()
    await quiet('ana', { from: '10:00', to: '18:00' })
    await stage.actor('ben').types('/join parents')
    expect(shownTo('ana').join('\n')).not.toContain('has opened')
    const { id } = await personCalled(stage, 'ana')
    await stage.read(async (store) => {
      const account = await store.people.account(id, HERE.platform, HERE.workspace)
      if (account) await store.posts.say({ ...account, accountId: account.id }, { text: say`Done.` }, stage.now())
    })
    await stage.runner.runDue()
    expect(shownTo('ana').at(-1)).toBe('Done.')
    await stage.pass('5h')
    expect(shownTo('ana').join('\n')).not.toContain('has opened')
    await stage.pass('1h')
    expect(shownTo('ana').at(-1)).toContain('Parents has opened')
  })

  test('hold mails too, and end when somebody ends them', async () => {
    await prove('ana')
    await choose('ana', 'looking-after', 'mail')
    await quiet('ana', { from: '22:00', to: '13:00' })
    const { id } = await personCalled(stage, 'ana')
    const tell = (words: string) =>
      stage.read((store) => store.notices.tell([id], 'looking-after', { text: say`${words}` }, stage.now(), HERE))
    await tell('first')
    await stage.pass('59m')
    expect(mailsTo('ana').map((mail) => mail.text)).not.toContainEqual(expect.stringContaining('first'))
    await stage.pass('1m')
    expect(mailsTo('ana').at(-1)?.text).toContain('first')
    await stage.pass('12h')
    await quiet('ana', null)
    await tell('second')
    await stage.runner.runDue()
    expect(mailsTo('ana').at(-1)?.text).toContain('second')
  })

  test('are typed as times of day', () => {
    expect(['7:30', '22:00', ' 8.15'].map((typed) => timeOfDay.parse(typed))).toEqual(['07:30', '22:00', '08:15'])
    expect(['24:00', '8', '7:60', 'evening'].map((typed) => timeOfDay.safeParse(typed).success)).toEqual(
      Array(4).fill(false),
    )
  })

  const MINUTE_MS = 60_000
  const clock = (at: number, zone: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
      at,
    )
  const isQuiet = (at: number, { from, to }: Quiet, zone: string) => {
    const time = clock(at, zone)
    return from <= to ? from <= time && time < to : time >= from || time < to
  }

  test('end at the first minute after them by the clock on the wall, summer time or not', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '59'))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`)
    // Days around which the clocks change there, or nothing does.
    const place = fc.constantFrom(
      ['Europe/Berlin', '2026-03-28T20:00:00Z'],
      ['Europe/Berlin', '2026-10-24T20:00:00Z'],
      ['America/New_York', '2026-03-07T20:00:00Z'],
      ['America/New_York', '2026-10-31T20:00:00Z'],
      ['Australia/Lord_Howe', '2026-04-04T05:00:00Z'],
      ['America/Santiago', '2026-09-05T20:00:00Z'],
      ['Asia/Kathmandu', '2026-05-05T00:00:00Z'],
      ['UTC', '2026-01-05T00:00:00Z'],
    )
    fc.assert(
      fc.property(
        place,
        time,
        time,
        fc.integer({ min: 0, max: 30 * 3600 }),
        ([zone = '', day = ''], from, to, after) => {
          const now = Date.parse(day) + after * 1000
          const quiet = { from, to }
          const found = notBefore(new Date(now), quiet, zone).getTime()
          if (!isQuiet(now, quiet, zone)) return found === now
          let wanted = Math.floor(now / MINUTE_MS) * MINUTE_MS
          while (isQuiet(wanted, quiet, zone)) wanted += MINUTE_MS
          return found === wanted
        },
      ),
      { numRuns: 200 },
    )
  })

  test('that begin when they end are none', () => {
    const now = new Date('2026-01-05T08:00:00Z')
    expect(notBefore(now, { from: '08:00', to: '08:00' }, 'UTC')).toEqual(now)
    expect(notBefore(now, null, 'UTC')).toEqual(now)
  })
})
