import type { Check } from '@countersign/credential/contract/checks'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { decodeJws } from '@countersign/crypto/jose/jws'
import type { HttpService } from '@countersign/service/http/http-service'
import { callWallet, type OfferedRequest } from '@countersign/testing/client/browser-wallet'
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
import { serveVerifier } from '../testing/served.testing.ts'
import {
  answerTo,
  heldCredential,
  query,
  started,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'

let test: TestVerifier
let status: Check = { name: 'status', outcome: 'passed' }
let service: HttpService
let operations: readonly Operation[] = []

beforeAll(async () => {
  test = await testVerifier([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt], { checkStatus: async () => status })
  service = await serveVerifier(test, { features: ['openapi'] })
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
  it('has fifteen operations, and leaves nothing of them undescribed', () => {
    expect(operations.map(({ name }) => name)).toHaveLength(15)
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

describe('a verification through a browser', () => {
  const start = 'POST /openid4vc/verify'
  const answer = 'POST /openid4vc/verify/{id}'
  const read = 'GET /openid4vc/session/{id}/digital-request'
  const shop = 'https://shop.example'
  const dc = { responsemode: 'dc_api' }

  async function begin(more: object = {}, headers: object = {}) {
    const sent = { dcql_query: query, expected_origins: [shop], ...more }
    return send(start, { body: sent, headers: { ...dc, ...headers } })
  }

  async function begun(more: object = {}) {
    const { answer: said } = await begin(more)
    const { digital, id } = said.json<{ id: string; digital: { requests: OfferedRequest[] } }>()
    return { id, requests: digital.requests }
  }

  async function bring(more: object = {}) {
    const { id, requests } = await begun(more)
    const [request] = requests
    if (request === undefined) throw new Error('nothing is offered')
    const wallet = await callWallet(request, shop)
    const found = await test.verifier.sessions.get(id)
    if (found === undefined) throw new Error('there is no session')
    const { audience, nonce } = wallet.binding
    const form = await answerTo(found.value, await heldCredential(test), test.clock.now, { audience, nonce })
    const vpToken = JSON.parse(form['vp_token'] ?? '') as Record<string, string[]>
    return { id, body: { protocol: request.protocol, data: { vp_token: vpToken } } }
  }

  it('begins as declared, as JSON whatever is accepted, and shows its request again', async () => {
    for (const accept of ['application/json', 'text/plain', '*/*']) {
      const started = await begin({}, { accept })
      expect(started).toMatchObject({ ...asDeclared(200) })
      const { digital, id, ...more } = started.answer.json<{ id: string; digital: object }>()
      expect(more).toEqual({ expiresAt: expect.any(Number) })
      const again = await send(read, { id })
      expect(again).toMatchObject(asDeclared(200))
      expect(Object.keys(again.answer.json<object>())).toEqual(Object.keys(digital))
    }
    const { answer: shown } = await send('GET /openid4vc/session/{id}', { id: (await begun()).id })
    expect(shown.json()).toMatchObject({ state: 'created', responseMode: 'dc_api' })
  })

  it('has no request for browsers where there is a link, or nothing', async () => {
    const { id } = await started(test.verifier)
    expect(await send(read, { id })).toMatchObject(asDeclared(409))
    expect(await send(read, { id: 'x'.repeat(22) })).toMatchObject(asDeclared(404))
    expect(await send(read, { id: 'x'.repeat(201) })).toMatchObject(asDeclared(400))
  })

  it.each<[string, object, object]>([
    ['expected_origins is needed', { expected_origins: undefined }, {}],
    ['expected_origins', { expected_origins: [] }, {}],
    ['expected_origins', { expected_origins: shop }, {}],
    ['https://shop.example/ must be an origin', { expected_origins: [shop, `${shop}/`] }, {}],
    ['must be an origin', { expected_origins: ['https://Shop.example'] }, {}],
    ['must be an origin', { expected_origins: ['http://shop.example'] }, {}],
    ['must be an origin', { expected_origins: ['http://localhost:3000'] }, {}],
    ['exchange_protocols can only be openid4vp-v1-', { exchange_protocols: ['openid4vp'] }, {}],
    ['exchange_protocols', { exchange_protocols: [] }, {}],
    ['authorizebaseurl has no meaning', {}, { authorizebaseurl: 'openid4vp://authorize' }],
    ['requestpassing has no meaning', {}, { requestpassing: 'by_value' }],
    ['expected_origins is for responseMode dc_api', {}, { responsemode: 'direct_post' }],
    [
      'exchange_protocols is for responseMode dc_api',
      { expected_origins: undefined, exchange_protocols: ['openid4vp-v1-signed'] },
      { responsemode: 'direct_post.jwt' },
    ],
    ['direct_post, direct_post.jwt, dc_api, dc_api.jwt', {}, { responsemode: 'w3c_dc_api' }],
    [
      'openid4vp-v1-unsigned: what it binds answers to is one origin',
      { expected_origins: [shop, 'https://other.example'], exchange_protocols: ['openid4vp-v1-unsigned'] },
      {},
    ],
  ])('does not begin, and says %s', async (message, more, headers) => {
    const refused = await begin(more, headers)
    expect(refused).toMatchObject(asDeclared(400))
    expect(refused.answer.json<{ message: string }>().message).toContain(message)
  })

  it('takes an answer as JSON, as declared, and the same again', async () => {
    for (const exchange of ['openid4vp-v1-signed', 'openid4vp-v1-unsigned', 'openid4vp-v1-multisigned']) {
      const { body, id } = await bring({ exchange_protocols: [exchange] })
      expect(body.protocol).toBe(exchange)
      // In another order, and with what a browser's object has beside.
      const same = { data: body.data, type: 'digital', id: '', protocol: exchange, origin: undefined }
      for (const sent of [body, same]) {
        const taken = await send(answer, { id, body: sent })
        expect(taken).toMatchObject(asDeclared(200))
        expect(taken.answer.json()).toEqual({})
      }
      const { answer: shown } = await send('GET /openid4vc/session/{id}', { id })
      expect(shown.json()).toMatchObject({ state: 'verified', responseMode: 'dc_api' })
    }
  })

  it.each<[string, (body: { protocol: string; data: object }) => unknown, string]>([
    ['no protocol', ({ data }) => ({ data }), ''],
    ['no data', ({ protocol }) => ({ protocol }), 'as JSON it has protocol'],
    ['data as a text', ({ data, protocol }) => ({ protocol, data: JSON.stringify(data) }), 'as JSON'],
    ['data as a list', ({ data, protocol }) => ({ protocol, data: [data] }), ''],
    ['a form as JSON', () => ({ state: 'x', error: 'access_denied' }), 'as JSON it has protocol'],
    ['nothing in it', ({ protocol }) => ({ protocol, data: {} }), 'vp_token or error is needed'],
    ['another protocol', ({ data }) => ({ protocol: 'openid4vp', data }), 'protocol must be one'],
    ['another page', (body) => ({ ...body, origin: 'https://other.example' }), 'none of the expected'],
    ['an origin that is none', (body) => ({ ...body, origin: 7 }), ''],
    ['an error that is none', ({ protocol }) => ({ protocol, data: { error: [] } }), 'error must be'],
  ])('refuses an answer with %s, and takes the right one then', async (_, change, message) => {
    const { body, id } = await bring()
    const refused = await send(answer, { id, body: change(body) })
    expect(refused).toMatchObject(asDeclared(400))
    expect(refused.answer.json<{ error: string }>().error).toBe('invalid_request')
    expect(refused.answer.body).toContain(message)
    expect(await send(answer, { id, body })).toMatchObject(asDeclared(200))
  })

  it('is not answered by a form, nor a request with a link by JSON', async () => {
    const { body, id } = await bring()
    const form = { protocol: body.protocol, vp_token: JSON.stringify(body.data.vp_token) }
    const posted = await send(answer, { id, form })
    expect(posted).toMatchObject(asDeclared(400))
    expect(posted.answer.body).toContain('its page brings the answer')
    const link = await started(test.verifier)
    const brought = await send(answer, { id: link.id, body })
    expect(brought).toMatchObject(asDeclared(400))
    expect(brought.answer.body).toContain('a form that the wallet posts')
  })

  it('is not fetched, and a page may bring its answer itself: no cookie takes part', async () => {
    const { id } = await begun()
    expect(await send('GET /openid4vc/request/{id}', { id })).toMatchObject(asDeclared(400))
    const preflight = await service.app.inject({
      method: 'OPTIONS',
      url: `/openid4vc/verify/${id}`,
      headers: { origin: shop, 'access-control-request-method': 'POST' },
    })
    expect(preflight.statusCode).toBe(204)
    const { answer: said } = await send(answer, { id, body: {}, headers: { origin: shop } })
    expect(said.headers).toMatchObject({ 'access-control-allow-origin': '*' })
    expect(said.headers).not.toHaveProperty('access-control-allow-credentials')
  })
})
