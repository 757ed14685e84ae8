import { describe, expect, test } from 'vitest'
import { communityCalled, later, opened, personCalled } from './lookup.ts'
import { codeFor, onStage, type Stage } from './stage.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

let stage: Stage
onStage((opened) => {
  stage = opened
})

describe('codes by mail', () => {
  const make = async (name: string, email: string, at = stage.now()) => {
    const { id, accountId } = await personCalled(stage, name)
    const made = await stage.read((store) => store.codes.make(id, accountId, email, at))
    return typeof made === 'object' ? made.code : undefined
  }
  const attempt = async (name: string, code: string, at = stage.now()) => {
    const { id, accountId } = await personCalled(stage, name)
    return stage.read((store) => store.codes.try(id, accountId, code, at))
  }
  const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

  test('prove an address once', async () => {
    const code = (await make('dia', 'Dia@Example.org')) ?? ''
    expect(code).toMatch(/^\d{6}$/)
    expect(await attempt('dia', code)).toEqual({ proven: 'Dia@Example.org' })
    expect(await attempt('dia', code)).toEqual({ none: true })
  })

  test('bear five tries, and the sixth is refused even when right', async () => {
    const dia = stage.actor('dia')
    await dia.types('/email dia@example.org')
    const code = codeFor(stage, 'dia@example.org')
    for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
      expect(await dia.types(`/email ${wrong(code)}`)).toContain(`You have ${left} left`)
    }
    expect(await dia.types(`/email ${wrong(code)}`)).toContain('the last try')
    expect(await dia.types(`/email ${code}`)).toContain('There is no code waiting')
  })

  test('cannot be tried more often by trying at the same time', async () => {
    const code = (await make('dia', 'dia@example.org')) ?? ''
    const tries = await Promise.all(Array.from({ length: 9 }, () => attempt('dia', wrong(code))))
    expect(tries.filter((tried) => 'wrong' in tried)).toHaveLength(5)
    expect(await attempt('dia', code)).toEqual({ none: true })
  })

  test('live fifteen minutes', async () => {
    const code = (await make('dia', 'dia@example.org')) ?? ''
    expect(await attempt('dia', code, later(stage, 15 * MINUTE_MS))).toEqual({ none: true })
    expect(await attempt('dia', code, later(stage, 15 * MINUTE_MS - 1))).toEqual({ proven: 'dia@example.org' })
  })

  test('belong to the account that asked', async () => {
    const code = (await make('dia', 'dia@example.org')) ?? ''
    await make('eva', 'eva@example.org')
    expect(await attempt('eva', code)).toEqual({ wrong: true, triesLeft: 4 })
  })

  test('are worth nothing once a newer one was asked for, even at the same moment', async () => {
    for (const name of ['dia', 'eva', 'fay', 'gus', 'hal']) {
      const first = (await make(name, `${name}@example.org`)) ?? ''
      const second = (await make(name, `${name}@example.com`)) ?? ''
      expect([name, await attempt(name, first)]).toMatchObject([name, { wrong: true }])
      expect([name, await attempt(name, second)]).toEqual([name, { proven: `${name}@example.com` }])
    }
  })

  test('are mailed five times an hour to one person, and to one address', async () => {
    for (let n = 1; n <= 5; n++) expect(await make('dia', `dia${n}@example.org`)).toBeDefined()
    expect(await make('dia', 'dia6@example.org')).toBeUndefined()
    for (const name of ['eva', 'fay', 'gus', 'hal', 'ida']) expect(await make(name, 'x@example.org')).toBeDefined()
    expect(await make('jan', 'X@Example.org')).toBeUndefined()
    expect(await make('jan', 'X@Example.org', later(stage, HOUR_MS))).toBeDefined()
  })

  test('are swept away when they limit nothing any more', async () => {
    await make('dia', 'dia@example.org')
    const code = (await make('dia', 'dia@example.org', later(stage, HOUR_MS))) ?? ''
    await stage.read((store) => store.codes.sweep(later(stage, HOUR_MS)))
    expect(await attempt('dia', code, later(stage, HOUR_MS))).toEqual({ proven: 'dia@example.org' })
  })
})

describe('invitations', () => {
  const invite = async (uses: number) => {
    const { id: by } = await personCalled(stage, 'ana')
    const { id } = await opened(stage)
    return stage.read((store) => store.invitations.make(id, by, uses, later(stage, HOUR_MS), stage.now()))
  }
  const use = async (code: string, at = stage.now()) => {
    const { id } = await communityCalled(stage, 'Parents United')
    return stage.read((store) => store.invitations.use(code, id, at))
  }

  test('let in as many people as they were made for, however the code is typed', async () => {
    const code = await invite(2)
    expect(await use(code.toLowerCase())).toBe(true)
    expect(await use(` ${code.replace('-', ' ')} `)).toBe(true)
    expect(await use(code)).toBe(false)
    expect(await stage.read((store) => store.invitations.communityOf(code, stage.now()))).toBeUndefined()
  })

  test('are used up once by people who come at the same time', async () => {
    const code = await invite(1)
    const used = await Promise.all([use(code), use(code), use(code)])
    expect(used.filter(Boolean)).toHaveLength(1)
  })

  test('are not used up by looking, end on their day, and open no other community', async () => {
    const code = await invite(1)
    const look = (at = stage.now()) => stage.read((store) => store.invitations.communityOf(code, at))
    const { id } = await communityCalled(stage, 'Parents United')
    expect([await look(), await look()]).toEqual([id, id])
    expect(await look(later(stage, HOUR_MS))).toBeUndefined()
    expect(await use(code, later(stage, HOUR_MS))).toBe(false)
    const other = await opened(stage, 'Book Club')
    expect(await stage.read((store) => store.invitations.use(code, other.id, stage.now()))).toBe(false)
  })
})

describe('drafts', () => {
  test('are read by their own person, for their own command, for an hour', async () => {
    const [dia, eva] = [await personCalled(stage, 'dia'), await personCalled(stage, 'eva')]
    const words = { reason: 'moved “away”\n' }
    const id = await stage.read((store) => store.drafts.keep(dia.id, 'leave', words, stage.now()))
    const read = (person: string, command: string, at = stage.now()) =>
      stage.read((store) => store.drafts.read(id, person, command, at))
    expect(await read(dia.id, 'leave')).toEqual(words)
    expect(await read(eva.id, 'leave')).toBeUndefined()
    expect(await read(dia.id, 'join')).toBeUndefined()
    expect(await read(dia.id, 'leave', later(stage, HOUR_MS))).toBeUndefined()
    await stage.read((store) => store.drafts.sweep(later(stage, HOUR_MS)))
    expect(await read(dia.id, 'leave')).toBeUndefined()
  })
})

describe('deliveries', () => {
  const join = (id: string) =>
    stage.router.run(
      {
        id,
        account: { platform: 'terminal', workspace: 'main', externalId: 'dia', name: 'dia', isStaff: false },
        where: { platform: 'terminal', workspace: 'main', place: 'lobby' },
        now: stage.now(),
      },
      'join',
      { community: 'parents-united' },
    )

  test('that come twice act once and are answered the same, also when both come at once', async () => {
    await opened(stage)
    const first = await join('one')
    expect(first.content.text?.key).toContain("You're in")
    expect(await join('one')).toEqual(first)
    await stage.actor('dia').types('/leave parents-united')
    const both = await Promise.all([join('two'), join('two'), join('two')])
    expect(both[1]).toEqual(both[0])
    expect(both[2]).toEqual(both[0])
    expect(both[0]?.content.text?.key).toContain("You're in")
    expect((await join('three')).content.text?.key).toContain('already')
  })

  test('are forgotten when no platform repeats them any more', async () => {
    await opened(stage)
    await join('one')
    await stage.read((store) => store.deliveries.sweep(later(stage, HOUR_MS)))
    expect((await join('one')).content.text?.key).toContain('already')
  })
})
