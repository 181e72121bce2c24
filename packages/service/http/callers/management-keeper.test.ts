import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { builtService, testConfig } from '../http-service.testing.ts'
import type { HttpServiceOptions } from '../http-service.ts'
import type { CallerJudge, JudgedCaller } from './caller-judge.ts'
import { managementKeeper } from './management-keeper.ts'

const ROOT = 'correct-horse-battery'
const READER = 'a-reader-of-sessions-4711'
const sha256 = createHash('sha256').update(READER).digest('hex')
const managementApiKeys = [
  { name: 'other', sha256: 'f'.repeat(64), scopes: ['sessions:write' as const] },
  { name: 'reader', sha256: sha256.toUpperCase(), scopes: ['sessions:read' as const] },
]

/** Takes `test:…`; good are those that it has. */
function testJudge(good: Map<string, JudgedCaller>) {
  const asked: string[] = []
  const judge: CallerJudge = {
    takes: (presented) => presented.startsWith('test:'),
    judge: async (presented) => {
      asked.push(presented)
      return good.get(presented)
    },
  }
  return { judge, asked }
}

const writer: JudgedCaller = { caller: { id: 'writer', scopes: new Set(['sessions:write']) } }

async function served(
  config: Partial<HttpServiceOptions['config']>,
  good = new Map([['test:good', writer]]),
) {
  const clock = { ms: 0 }
  const { asked, judge } = testJudge(good)
  const { app } = await builtService({
    config: testConfig({ managementApiKey: ROOT, managementApiKeys, ...config }),
    judges: [judge],
    monotonicMs: () => clock.ms,
  })
  const call = (
    credential: string | undefined,
    { method = 'GET', from = '192.0.2.1' }: { method?: 'GET' | 'POST'; from?: string } = {},
  ) =>
    app.inject({
      method,
      url: method === 'GET' ? '/things/1' : '/things',
      remoteAddress: from,
      headers: {
        host: 'localhost',
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      },
      ...(method === 'POST' && { payload: { name: 'a' } }),
    })
  return { app, asked, call, clock, good }
}

describe('the key that opens everything', () => {
  const keep = managementKeeper(testConfig({ managementApiKey: ROOT }), { judges: [], nowMs: () => 0 })
  const enteredBy = (headers: IncomingHttpHeaders) =>
    keep({ headers, socket: new Socket(), sender: '192.0.2.1' })

  it.each([{ authorization: `Bearer ${ROOT}` }, { authorization: `bearer ${ROOT}` }, { 'x-api-key': ROOT }])(
    'opens by %j',
    async (headers) => {
      expect(await enteredBy(headers)).toMatchObject({
        caller: { name: 'managementApiKey', scopes: 'every' },
      })
    },
  )

  it.each([
    {},
    { authorization: `Bearer ${ROOT.slice(1)}` },
    { authorization: `Basic ${ROOT}` },
    { authorization: ROOT },
    { 'x-api-key': '' },
    { 'x-api-key': 'wrong', authorization: `Bearer ${ROOT}` },
    { host: 'localhost' },
  ])('does not open by %j', async (headers) => {
    expect(await enteredBy(headers)).toMatchObject({
      refusal: { status: 401, headers: { 'www-authenticate': expect.any(String) } },
    })
  })

  it('is whom releases before called by the same name, for what is kept by caller', async () => {
    const id = createHash('sha256').update(ROOT).digest('base64url')
    expect(await enteredBy({ 'x-api-key': ROOT })).toMatchObject({ caller: { id } })
  })
})

describe('what a credential is for', () => {
  it.each([
    // credential, GET that needs sessions:read, POST that needs sessions:write
    [ROOT, 200, 200],
    [READER, 200, 403],
    ['test:good', 403, 200],
    ['test:bad', 401, 401],
    [READER.slice(1), 401, 401],
    [sha256, 401, 401],
    ['f'.repeat(64), 401, 401],
    ['nobody-takes-this', 401, 401],
    [undefined, 401, 401],
  ])('%j may read: %i, and write: %i', async (credential, reads, writes) => {
    const { call } = await served({})
    expect((await call(credential)).statusCode).toBe(reads)
    expect((await call(credential, { method: 'POST' })).statusCode).toBe(writes)
  })

  it('is named where it is not enough, for people and for programs', async () => {
    const { call } = await served({})
    const refused = await call(READER, { method: 'POST' })
    expect(refused.json()).toMatchObject({
      code: '403',
      error: 'insufficient_scope',
      message: 'This needs the scope sessions:write, which the management credential does not have',
    })
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer realm="management", error="insufficient_scope", scope="sessions:write"',
    )
  })

  it('says of a missing credential that one is needed, and of a wrong one no more than that', async () => {
    const { call } = await served({})
    const missing = await call(undefined)
    expect(missing.headers['www-authenticate']).toBe('Bearer realm="management"')
    const answers = await Promise.all(['test:bad', 'nobody', READER.slice(1)].map((wrong) => call(wrong)))
    for (const { headers, statusCode } of answers) {
      expect(statusCode).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer realm="management", error="invalid_token"')
    }
    expect(new Set(answers.map((answer) => answer.json<{ message: string }>().message)).size).toBe(1)
  })

  it('counts on the open door of development, too, for what is judged', async () => {
    const { app } = await served({ managementApiKey: undefined, managementApiKeys: [] })
    const ask = async (credential?: string) =>
      (
        await app.inject({
          url: '/things/1',
          headers: { host: 'localhost', ...(credential && { 'x-api-key': credential }) },
        })
      ).statusCode
    expect(await ask()).toBe(200)
    expect(await ask('anything')).toBe(200)
    expect(await ask('test:good')).toBe(403)
    expect(await ask('test:bad')).toBe(401)
  })
})

describe('a credential that was found good', () => {
  it('is known for five seconds, and no longer', async () => {
    const { asked, call, clock, good } = await served({})
    const use = async () => (await call('test:good', { method: 'POST' })).statusCode
    expect(await use()).toBe(200)
    good.delete('test:good')
    clock.ms = 4999
    expect(await use()).toBe(200)
    expect(asked).toHaveLength(1)
    clock.ms = 5000
    expect(await use()).toBe(401)
    expect(asked).toHaveLength(2)
  })

  it('ends when it ends, if that is sooner', async () => {
    const good = new Map([['test:good', { ...writer, endsInSeconds: 2 }]])
    const { asked, call, clock } = await served({}, good)
    await call('test:good', { method: 'POST' })
    clock.ms = 1999
    await call('test:good', { method: 'POST' })
    expect(asked).toHaveLength(1)
    clock.ms = 2000
    await call('test:good', { method: 'POST' })
    expect(asked).toHaveLength(2)
  })

  it('is asked about once by many who come at the same time', async () => {
    const { asked, call } = await served({})
    const answers = await Promise.all(Array.from({ length: 50 }, () => call('test:good', { method: 'POST' })))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200))
    expect(asked).toHaveLength(1)
  })
})

describe('wrong credentials', () => {
  const limited = { senderRequestsPerSecond: 50, senderRequestsAtOnce: 200 }

  it('are twenty a minute of one address; then nobody is asked about one', async () => {
    const { asked, call, clock } = await served(limited)
    const statuses = []
    for (let at = 0; at < 25; at += 1) statuses.push((await call(`test:guess${at}`)).statusCode)
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(5).fill(429)])
    expect(asked).toHaveLength(20)
    const refused = await call('test:guess')
    expect(refused.headers['retry-after']).toBe('3')
    expect((await call('test:guess', { from: '192.0.2.2' })).statusCode).toBe(401)
    clock.ms += 3000
    expect((await call('test:guess')).statusCode).toBe(401)
  })

  it('keep nobody out of that address who has one of the configuration, or was known before', async () => {
    const { call, clock, asked } = await served(limited)
    expect((await call('test:good', { method: 'POST' })).statusCode).toBe(200)
    for (let at = 0; at < 25; at += 1) await call('nobody-takes-this')
    expect((await call('nobody-takes-this')).statusCode).toBe(429)
    expect((await call(ROOT)).statusCode).toBe(200)
    expect((await call(READER)).statusCode).toBe(200)
    clock.ms += 5000
    for (let at = 0; at < 25; at += 1) await call('nobody-takes-this')
    expect((await call('test:good', { method: 'POST' })).statusCode).toBe(200)
    expect(asked).toHaveLength(2)
  })

  it('that are none are not counted: who has forgotten it is told so each time', async () => {
    const { call } = await served(limited)
    for (let at = 0; at < 25; at += 1) expect((await call(undefined)).statusCode).toBe(401)
    expect((await call('test:bad')).statusCode).toBe(401)
  })
})

describe('a route at the management door', () => {
  it('that names no scope stops the start', async () => {
    const built = builtService({
      routes: (app) => void app.get('/secret', { config: { door: 'management' } }, async () => ({})),
    })
    await expect(built).rejects.toThrow('the route /secret names no scope')
  })
})
