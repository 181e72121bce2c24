import type { Check } from '@countersign/credential/contract/checks'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import {
  type ApiDocument,
  addressOf,
  answerFaults,
  bodiesOf,
  gapsOf,
  type Operation,
  operationsOf,
} from '@countersign/testing/client/described-api'
import { newKey } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  answerTo,
  heldCredential,
  started,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'
import { verifierRoutes } from './routes.ts'

let test: TestVerifier
let status: Check = { name: 'status', outcome: 'passed' }
let service: HttpService
let operations: readonly Operation[] = []

beforeAll(async () => {
  test = await testVerifier([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt], { checkStatus: async () => status })
  service = await createHttpService({
    title: 'Verifier',
    description: '',
    config: {
      service: 'verifier',
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 0,
      baseUrl: 'http://localhost:7003',
      instance: 'verifier-1',
      trustedProxies: [],
      logLevel: 'silent',
      features: ['openapi'],
    },
    routes: verifierRoutes(test.verifier),
    checks: [],
  })
  operations = operationsOf((await service.app.inject('/api.json')).json<ApiDocument>())
})
afterAll(() => service.close())

function operation(name: string): Operation {
  const found = operations.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

interface Sent {
  readonly id?: string
  readonly body?: unknown
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
}

async function send(name: string, { id = '', body, form, headers = {} }: Sent = {}) {
  const called = operation(name)
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
  const payload = form === undefined ? body : new URLSearchParams(form).toString()
  const answer = await service.app.inject({
    method: called.method as 'DELETE' | 'GET' | 'POST',
    url: addressOf(called, { id }),
    headers: { ...headers, ...(payload === undefined ? {} : { 'content-type': type }) },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })
  const contentType = answer.headers['content-type']?.toString()
  const faults = answerFaults(called, { status: answer.statusCode, contentType, text: answer.body })
  return { status: answer.statusCode, faults, answer }
}

const asDeclared = (status: number) => ({ status, faults: [] })

describe("the verifier's API", () => {
  it('has fourteen operations, and leaves nothing of them undescribed', () => {
    expect(operations.map(({ name }) => name)).toHaveLength(14)
    expect(operations.flatMap(gapsOf)).toEqual([])
  })

  it('takes every example of a call that starts a verification, in both forms', async () => {
    const start = 'POST /openid4vc/verify'
    const bodies = bodiesOf(operation(start))
    expect(bodies.length).toBeGreaterThan(5)
    for (const body of bodies) {
      expect(await send(start, { body })).toMatchObject(asDeclared(200))
      const headers = { accept: 'application/json' }
      expect(await send(start, { body, headers })).toMatchObject(asDeclared(200))
    }
  })

  it.each([
    ['no query', { body: {} }, 400],
    ['a query that is none', { body: { dcql_query: {} } }, 400],
    ['a policy that is unknown', { body: { request_credentials: [{ vct: 'x' }], vc_policies: ['x'] } }, 400],
    [
      'a page of another site',
      { body: { request_credentials: [{ vct: 'x' }] }, headers: { origin: 'https://evil.example' } },
      403,
    ],
  ])('refuses %s as declared', async (_name, sent, status) => {
    expect(await send('POST /openid4vc/verify', sent)).toMatchObject(asDeclared(status))
  })

  it('refuses an id that is taken as declared', async () => {
    const { id } = await started(test.verifier)
    const sent = { body: { request_credentials: [{ vct: 'x' }] }, headers: { stateid: id } }
    expect(await send('POST /openid4vc/verify', sent)).toMatchObject(asDeclared(409))
  })

  it('shows a session in every state as declared', async () => {
    const show = async (id: string) => {
      const { status, faults, answer } = await send('GET /openid4vc/session/{id}', { id })
      return [status, faults, answer.json<{ state: string }>().state]
    }
    const held = await heldCredential(test)
    const open = await started(test.verifier)
    expect(await show(open.id)).toEqual([200, [], 'created'])
    await send('GET /openid4vc/request/{id}', { id: open.id })
    expect(await show(open.id)).toEqual([200, [], 'requested'])
    await send('POST /openid4vc/verify/{id}', {
      id: open.id,
      form: await answerTo(open, held, test.clock.now),
    })
    expect(await show(open.id)).toEqual([200, [], 'verified'])
    const withheld = await started(test.verifier)
    const less = await answerTo(withheld, held, test.clock.now, { disclose: [] })
    await send('POST /openid4vc/verify/{id}', { id: withheld.id, form: less })
    expect(await show(withheld.id)).toEqual([200, [], 'rejected'])
    const declined = await started(test.verifier)
    const error = { state: declined.id, error: 'access_denied' }
    await send('POST /openid4vc/verify/{id}', { id: declined.id, form: error })
    const strange = await started(test.verifier)
    const stranger = await heldCredential(test, { signer: { ...newKey(), x5c: test.issuer.x5c } })
    const forged = await answerTo(strange, stranger, test.clock.now)
    await send('POST /openid4vc/verify/{id}', { id: strange.id, form: forged })
    const waiting = await started(test.verifier)
    status = { name: 'status', outcome: 'undetermined', detail: 'list_unreachable' }
    const form = await answerTo(waiting, held, test.clock.now)
    expect(await send('POST /openid4vc/verify/{id}', { id: waiting.id, form })).toMatchObject(asDeclared(200))
    expect(await show(waiting.id)).toEqual([200, [], 'answered'])
    const silent = await started(test.verifier)
    const undecided = [declined.id, strange.id, silent.id]
    for (const id of undecided) expect(await show(id)).toEqual([200, [], 'created'])
    const { now } = test.clock
    test.clock.now = silent.expiresAt
    expect(await Promise.all(undecided.map(show))).toEqual([
      [200, [], 'declined'],
      [200, [], 'rejected'],
      [200, [], 'expired'],
    ])
    expect(await show(waiting.id)).toEqual([200, [], 'undetermined'])
    status = { name: 'status', outcome: 'passed' }
    test.clock.now = now
  })

  it('takes apart what was kept, tells how far it told, and forgets, as declared', async () => {
    const parts = 'GET /openid4vc/session/{id}/presented-credentials'
    const far = 'GET /openid4vc/session/{id}/callback'
    const again = 'POST /openid4vc/session/{id}/callback/redeliver'
    const forget = 'DELETE /openid4vc/session/{id}'
    const callback = { uri: 'https://shop.example/$id' }
    const session = await started(test.verifier, { keepPresentations: true, callback })
    const { id } = session
    expect(await send(parts, { id })).toMatchObject(asDeclared(409))
    const form = await answerTo(session, await heldCredential(test), test.clock.now)
    await send('POST /openid4vc/verify/{id}', { id, form })
    expect(await send(parts, { id })).toMatchObject(asDeclared(200))
    const told = await send(far, { id })
    expect(told).toMatchObject(asDeclared(200))
    expect(told.answer.json()).toEqual({ uri: `https://shop.example/${id}`, toldUpTo: 1, waiting: 1 })
    for (const body of bodiesOf(operation(again)))
      expect(await send(again, { id, body })).toMatchObject(asDeclared(200))
    expect(await send(again, { id, body: { from: 0 } })).toMatchObject(asDeclared(400))
    const other = await started(test.verifier)
    expect(await send(far, { id: other.id })).toMatchObject(asDeclared(404))
    expect(await send(again, { id: other.id, body: {} })).toMatchObject(asDeclared(404))
    expect(await send(forget, { id })).toMatchObject(asDeclared(204))
    for (const name of [parts, far, forget, 'GET /openid4vc/session/{id}']) {
      expect(await send(name, { id })).toMatchObject(asDeclared(404))
      expect(await send(name, { id: 'x'.repeat(201) })).toMatchObject(asDeclared(400))
    }
  })

  it('streams the events of a decided session, and tells who has seen them all, as declared', async () => {
    const session = await started(test.verifier)
    const { id } = session
    const form = await answerTo(session, await heldCredential(test), test.clock.now)
    await send('POST /openid4vc/verify/{id}', { id, form })
    const name = 'GET /openid4vc/session/{id}/events'
    expect(await send(name, { id })).toMatchObject(asDeclared(200))
    expect(await send(name, { id, headers: { 'last-event-id': '2' } })).toMatchObject(asDeclared(204))
  })

  it('lists the policies as its example says', async () => {
    const { status, faults, answer } = await send('GET /openid4vc/policy-list')
    expect([status, faults]).toEqual([200, []])
    const declared = operation('GET /openid4vc/policy-list').responses?.['200']?.content?.['application/json']
    expect(answer.json()).toEqual(declared?.example)
  })

  it.each([
    ['GET /openid4vc/session/{id}', undefined, 400],
    ['GET /openid4vc/session/{id}/events', undefined, 400],
    ['GET /openid4vc/request/{id}', undefined, 400],
    ['POST /openid4vc/request/{id}', {}, 400],
    // Looked for before the request is read, so nothing is said of its form.
    ['POST /openid4vc/verify/{id}', { state: 'x' }, 404],
  ])(
    '%s knows no session that there is not, nor an id without end, as declared',
    async (name, form, endless) => {
      const sent = form === undefined ? {} : { form }
      expect(await send(name, { ...sent, id: 'x'.repeat(22) })).toMatchObject(asDeclared(404))
      expect(await send(name, { ...sent, id: 'x'.repeat(201) })).toMatchObject(asDeclared(endless))
    },
  )

  it('exchanges a response code once, as declared', async () => {
    const name = 'POST /openid4vc/session/{id}/returned'
    const session = await started(test.verifier, {
      successRedirectUri: 'https://shop.example/$id',
      sameDevice: 'required',
    })
    const { id } = session
    const [body] = bodiesOf(operation(name))
    expect(await send(name, { id, body })).toMatchObject(asDeclared(400))
    expect(await send(name, { id, body: {} })).toMatchObject(asDeclared(400))
    expect(await send(name, { id: 'x'.repeat(22), body })).toMatchObject(asDeclared(404))
    expect(await send(name, { id: 'x'.repeat(201), body })).toMatchObject(asDeclared(400))
    const form = await answerTo(session, await heldCredential(test), test.clock.now)
    const taken = await send('POST /openid4vc/verify/{id}', { id, form })
    const address = new URL(taken.answer.json<{ redirect_uri: string }>().redirect_uri)
    const good = { id, body: { responseCode: address.searchParams.get('response_code') } }
    const returned = await send(name, good)
    expect(returned).toMatchObject(asDeclared(200))
    expect(returned.answer.json()).toMatchObject({ state: 'verified', returned: true })
    expect(await send(name, good)).toMatchObject(asDeclared(409))
    // Whoever lost the answer reads it.
    const read = await send('GET /openid4vc/session/{id}', { id })
    expect(read).toMatchObject(asDeclared(200))
    expect(read.answer.json()).toEqual(returned.answer.json())
  })

  it('refuses to wait for a browser that has nowhere to come back to', async () => {
    const body = { request_credentials: [{ vct: 'x' }], sameDevice: 'required' }
    const refused = await send('POST /openid4vc/verify', { body })
    expect(refused).toMatchObject(asDeclared(400))
    expect(refused.answer.json()).toMatchObject({
      message: expect.stringContaining('needs successRedirectUri'),
    })
    const headers = { successredirecturi: 'https://shop.example/' }
    expect(await send('POST /openid4vc/verify', { body, headers })).toMatchObject(asDeclared(200))
  })

  it('gives request objects as declared, and none after the end', async () => {
    const { id, expiresAt } = await started(test.verifier)
    expect(await send('GET /openid4vc/request/{id}', { id })).toMatchObject(asDeclared(200))
    const [form] = bodiesOf(operation('POST /openid4vc/request/{id}')) as [Record<string, string>]
    expect(await send('POST /openid4vc/request/{id}', { id, form })).toMatchObject(asDeclared(200))
    const { now } = test.clock
    test.clock.now = expiresAt
    expect(await send('GET /openid4vc/request/{id}', { id })).toMatchObject(asDeclared(400))
    test.clock.now = now
  })

  it('gives back the nonce of a wallet, and none to who sent none; what else a wallet sends is passed over', async () => {
    const { id } = await started(test.verifier)
    const fetched = async (form: Record<string, string>) => {
      const { answer } = await send('POST /openid4vc/request/{id}', { id, form })
      const decoded = decodeJws(answer.body, { maxLength: 65_536 })
      return [answer.headers['content-type'], decoded.ok && decoded.value.payload['wallet_nonce']]
    }
    const type = 'application/oauth-authz-req+jwt'
    expect(await fetched({ wallet_nonce: 'n-1', more: 'x' })).toEqual([type, 'n-1'])
    expect(await fetched({ more: 'x' })).toEqual([type, undefined])
  })

  it('answers wallets as declared, with the way on for their users', async () => {
    const ways = {
      successRedirectUri: 'https://shop.example/$id',
      errorRedirectUri: 'https://shop.example/no',
    }
    const held = await heldCredential(test)
    const name = 'POST /openid4vc/verify/{id}'
    const good = await started(test.verifier, ways)
    const taken = await send(name, { id: good.id, form: await answerTo(good, held, test.clock.now) })
    expect(taken).toMatchObject(asDeclared(200))
    expect(taken.answer.json()).toEqual({
      redirect_uri: expect.stringMatching(`^https://shop.example/${good.id}[?]response_code=[\\w-]{43}$`),
    })
    const bad = await started(test.verifier, ways)
    const less = await answerTo(bad, held, test.clock.now, { disclose: [] })
    const refused = await send(name, { id: bad.id, form: less })
    expect(refused).toMatchObject(asDeclared(400))
    const next = refused.answer.json<{ redirect_uri: string }>().redirect_uri
    expect(next).toMatch(/^https:\/\/shop\.example\/no\?response_code=[\w-]{43}$/)
    expect(refused.answer.json()).toEqual({
      error: 'access_denied',
      error_description: 'The presentation was not accepted',
      redirect_uri: next,
      error_uri: next,
    })
    const quiet = await started(test.verifier)
    const plain = await send(name, { id: quiet.id, form: await answerTo(quiet, held, test.clock.now) })
    expect(plain.answer.body).toBe('{}')
    expect(await send(name, { id: quiet.id, form: {} })).toMatchObject(asDeclared(400))
  })
})
