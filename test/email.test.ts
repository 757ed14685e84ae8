import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Actor, codeFor, openStage, type Stage } from './stage.ts'

let stage: Stage
let dia: Actor
beforeEach(async () => {
  stage = await openStage()
  dia = stage.actor('dia')
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
})

test('an address is proven by the code mailed to it', async () => {
  expect(await dia.types('/email Dia@Example.org')).toContain('D...@Example.org')
  expect(await dia.types(`/email ${codeFor(stage, 'Dia@Example.org')}`)).toContain('is yours')
  expect(await dia.types('/email')).toContain('Your address is D...@Example.org')
})

test('a code works once', async () => {
  await dia.types('/email dia@example.org')
  const code = codeFor(stage, 'dia@example.org')
  await dia.types(`/email ${code}`)
  expect(await dia.types(`/email ${code}`)).toContain('no code waiting')
})

test('a code is too old after fifteen minutes', async () => {
  await dia.types('/email dia@example.org')
  await stage.pass('15m')
  expect(await dia.types(`/email ${codeFor(stage, 'dia@example.org')}`)).toContain('no code waiting')
})

test('five wrong tries spoil a code, even the right one after them', async () => {
  await dia.types('/email dia@example.org')
  const code = codeFor(stage, 'dia@example.org')
  const wrong = code === '000000' ? '000001' : '000000'
  for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
    expect(await dia.types(`/email ${wrong}`)).toContain(`You have ${left} left`)
  }
  expect(await dia.types(`/email ${wrong}`)).toContain('it was the last try')
  expect(await dia.types(`/email ${code}`)).toContain('no code waiting')
})

test('a code is bound to the account that asked for it, not to whoever knows it', async () => {
  await dia.types('/email dia@example.org')
  expect(await stage.actor('eve').types(`/email ${codeFor(stage, 'dia@example.org')}`)).toContain('no code waiting')
})

test('a sixth code within an hour is refused to a person, and not sent to an address, which only its owner may notice', async () => {
  for (let i = 0; i < 5; i++) await dia.types(`/email dia${i}@example.org`)
  expect(await dia.types('/email dia6@example.org')).toContain('Wait an hour')
  for (let i = 0; i < 5; i++) await stage.actor(`p${i}`).types('/email target@example.org')
  const mails = () => stage.outputs.filter((output) => 'mail' in output).length
  const before = mails()
  expect(await stage.actor('p6').types('/email TARGET@example.org')).toContain('on its way')
  expect(mails()).toBe(before)
  await stage.pass('61m')
  expect(await dia.types('/email dia6@example.org')).toContain('on its way')
})

test('the answer is the same whether or not the address is known here', async () => {
  await dia.types('/email dia@example.org')
  await dia.types(`/email ${codeFor(stage, 'dia@example.org')}`)
  const known = await stage.actor('eve').types('/email dia@example.org')
  const unknown = await stage.actor('fay').types('/email dix@example.org')
  expect(known).toBe(unknown)
})

test('what is no address is answered kindly and nothing is sent', async () => {
  expect(await dia.types('/email dia(at)example.org')).toContain('is not an e-mail address')
  expect(stage.outputs.some((output) => 'mail' in output)).toBe(false)
})

test('address and code can be given by forms', async () => {
  await dia.types('/email')
  expect(await dia.presses('Give my address')).toBe('form: address')
  await dia.fills({ address: 'dia@example.org' })
  expect(await dia.presses('Enter the code')).toBe('form: code')
  expect(await dia.fills({ code: codeFor(stage, 'dia@example.org') })).toContain('is yours')
})
