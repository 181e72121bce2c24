/** The authorization endpoint as browsers and wallets meet it: pushed and unpushed, on two instances behind one address, and refused. */
import { nodeCrypto } from '@countersign/keys/engines/node'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { servedConfig } from '../../testing/issue-calls.testing.ts'
import { offeredInBrowser, testIssuer } from '../../testing/issuer.testing.ts'
import { issuerRoutes } from '../routes.ts'

const test = testIssuer()
const display = { name: 'Town <Hall>', locale: 'en' }
let service: HttpService
let strict: HttpService

const serve = (requirePushedRequests: boolean) =>
  createHttpService({
    title: 'Issuer',
    description: '',
    config: servedConfig(test.issuer, []),
    routes: issuerRoutes(test.issuer, { display, requirePushedRequests }),
    checks: [],
  })

beforeAll(async () => {
  service = await serve(false)
  strict = await serve(true)
})
afterAll(() => Promise.all([service.close(), strict.close()]))

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const CLIENT = 'https://wallet.example'
const BACK = 'https://wallet.example/back?keep=me'

async function requestOf(change: Readonly<Record<string, string | undefined>> = {}) {
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const request = {
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: BACK,
    state: 'state & more',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    issuer_state: (await offeredInBrowser(test.issuer)).issuerState,
    ...change,
  }
  const entries = Object.entries(request).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return { form: new URLSearchParams(Object.fromEntries(entries)), verifier }
}

const push = (form: URLSearchParams | string, at = service) =>
  at.app.inject({ method: 'POST', url: '/par', headers: FORM, payload: form.toString() })
const get = (query: URLSearchParams | string, headers: Record<string, string> = {}, at = service) =>
  at.app.inject({ url: `/authorize?${query.toString()}`, headers })
const decision = (payload: Record<string, string>, headers: Record<string, string> = {}) =>
  service.app.inject({
    method: 'POST',
    url: '/authorize/decision',
    headers: { ...FORM, 'sec-fetch-site': 'same-origin', ...headers },
    payload: new URLSearchParams(payload).toString(),
  })

/** Lays a request down and opens its page. */
async function opened(change: Readonly<Record<string, string | undefined>> = {}) {
  const { form, verifier } = await requestOf(change)
  const pushed = await push(form)
  expect(pushed.statusCode, pushed.body).toBe(201)
  const { request_uri: requestUri } = pushed.json<{ request_uri: string }>()
  const reference = new URLSearchParams({ client_id: form.get('client_id') ?? '', request_uri: requestUri })
  const page = await get(reference)
  expect(page.statusCode, page.body).toBe(200)
  const authorization = /name="authorization" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
  const cookie = String(page.headers['set-cookie']).split(';')[0] ?? ''
  return { authorization, cookie, page, pushed, reference, verifier }
}

describe('a request that was pushed', () => {
  it('is answered by its name, which nobody keeps', async () => {
    const { pushed } = await opened()
    expect(pushed.json()).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{22}\.[\w-]{43}$/),
      expires_in: 90,
    })
    expect(pushed.headers['cache-control']).toBe('no-store')
  })

  it('leads over the page to the token', async () => {
    const { authorization, cookie, verifier } = await opened()
    const sent = await decision({ authorization, decision: 'approve' }, { cookie })
    expect(sent.statusCode).toBe(303)
    const back = new URL(String(sent.headers.location))
    expect(back.href.startsWith(`${BACK}&code=`)).toBe(true)
    const { code = '', iss, state } = Object.fromEntries(back.searchParams)
    expect({ iss, state }).toEqual({ iss: test.issuer.baseUrl, state: 'state & more' })
    const token = await service.app.inject({
      method: 'POST',
      url: '/token',
      headers: FORM,
      payload: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        client_id: CLIENT,
        redirect_uri: BACK,
      }).toString(),
    })
    expect(token.json()).toMatchObject({ token_type: 'Bearer', expires_in: 300 })
  })

  it('counts as it was pushed, whatever the browser brings beside its name', async () => {
    const { reference } = await opened()
    const more = new URLSearchParams([
      ...reference,
      ['state', 'other'],
      ['redirect_uri', 'https://evil.example/'],
    ])
    const page = await get(more)
    const authorization = /name="authorization" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
    const cookie = String(page.headers['set-cookie']).split(';')[0] ?? ''
    const { location } = (await decision({ authorization, decision: 'deny' }, { cookie })).headers
    const back = new URL(String(location))
    expect(back.origin).toBe('https://wallet.example')
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'state & more',
    })
  })

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['without a challenge', { code_challenge: undefined }, 'invalid_request'],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with a name of another one', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['as a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['for a token', { response_type: 'token' }, 'unsupported_response_type'],
    ['without an offer', { issuer_state: undefined }, 'invalid_request'],
    ['with an offer that nobody made', { issuer_state: 'made.up' }, 'invalid_request'],
    ['for what is not offered', { scope: 'employee_badge' }, 'invalid_scope'],
    [
      'with details of another kind',
      { authorization_details: '[{"type":"payment"}]' },
      'invalid_authorization_details',
    ],
    ['with an address that runs', { redirect_uri: 'javascript:alert(1)' }, 'invalid_request'],
  ])('is refused %s', async (_name, change, error) => {
    const { form } = await requestOf(change)
    const refused = await push(form)
    expect([refused.statusCode, refused.json<{ error: string }>().error]).toEqual([400, error])
  })

  it('is refused with a parameter that stands there twice', async () => {
    const { form } = await requestOf()
    expect((await push(`${form.toString()}&state=other`)).statusCode).toBe(400)
  })
})

describe('a request that a browser brings itself', () => {
  it('is laid down, and the browser comes again with its name', async () => {
    const { form } = await requestOf()
    const sent = await get(form)
    expect(sent.statusCode).toBe(303)
    const location = String(sent.headers.location)
    expect(location).toMatch(/^\/authorize\?client_id=https%3A%2F%2Fwallet\.example&request_uri=urn/)
    expect((await get(location.split('?')[1] ?? '')).body).toContain('id="approve"')
  })

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a response type that is none', { response_type: 'token' }, 'unsupported_response_type'],
    ['an offer that nobody made', { issuer_state: 'made.up' }, 'invalid_request'],
  ])('sends it back to the client with what is wrong: %s', async (_name, change, error) => {
    const { form } = await requestOf(change)
    const sent = await get(form)
    expect(sent.statusCode).toBe(303)
    const back = new URL(String(sent.headers.location))
    expect(Object.fromEntries(back.searchParams)).toEqual({
      keep: 'me',
      error,
      error_description: expect.any(String),
      state: 'state & more',
      iss: test.issuer.baseUrl,
    })
  })

  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['no address', { redirect_uri: undefined }],
    ['an address that runs', { redirect_uri: 'javascript:alert(1)' }],
    ['no client', { client_id: undefined }],
  ])('stays on a page that says what is wrong, where nobody knows whereto: %s', async (_name, change) => {
    const { form } = await requestOf(change)
    const page = await get(form)
    expect(page.statusCode).toBe(400)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.body).toContain('Authorization request refused')
    expect(page.body).toMatch(
      /id="error"[^>]*>invalid_request: The parameter (redirect_uri|client_id) is missing/,
    )
  })

  it('is refused with a parameter that stands there twice, and where only pushed ones are taken', async () => {
    const { form } = await requestOf()
    expect((await get(`${form.toString()}&redirect_uri=https%3A%2F%2Fevil.example`)).statusCode).toBe(400)
    const page = await get(form, {}, strict)
    expect([page.statusCode, page.body.includes('Only pushed requests')]).toEqual([400, true])
    const document = (await strict.app.inject('/.well-known/oauth-authorization-server')).json()
    expect(document).toMatchObject({ require_pushed_authorization_requests: true })
  })
})

describe('the page', () => {
  it('is said in the language of the browser, and names who asks and whereto', async () => {
    const { page, reference } = await opened()
    expect(page.body).toContain('Add Identity Credential to your wallet?')
    expect(page.body).toContain('<dd id="return"><bdi>wallet.example</bdi>')
    const german = await get(reference, { 'accept-language': 'de-AT' })
    expect(german.body).toContain('<html lang="de"')
    expect(german.body).toContain('in Ihre Wallet aufnehmen?')
  })

  it('runs nothing, is in no frame, and sends its form to us and then to the client alone', async () => {
    const { page } = await opened()
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("form-action 'self' https://wallet.example")
    expect(page.body).not.toContain('<script')
    expect(page.headers['access-control-allow-origin']).toBeUndefined()
    const app = await opened({ redirect_uri: 'eudi-wallet://back' })
    expect(String(app.page.headers['content-security-policy'])).toContain("form-action 'self' eudi-wallet:")
  })

  it('shows what a wallet calls itself as text, without what hides or turns', async () => {
    const { page } = await opened({ client_id: '"><script>alert(1)</script>\u202eevil\u200b' })
    expect(page.body).not.toContain('<script')
    expect(page.body).toContain('&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;evil</bdi>')
    expect(page.body).toContain('Town &#60;Hall&#62;')
  })

  it('has a cookie that no script reads and no other site sends', async () => {
    const { page } = await opened()
    expect(String(page.headers['set-cookie'])).toMatch(
      /^authorization-[\w-]{22}=[\w-]{22}; Path=\/authorize; Max-Age=690; HttpOnly; SameSite=Strict; Secure$/,
    )
  })

  it.each<
    [
      string,
      (one: { authorization: string; cookie: string }) => [Record<string, string>, Record<string, string>],
    ]
  >([
    ['without the cookie', ({ authorization }) => [{ authorization, decision: 'approve' }, {}]],
    [
      'from another site',
      ({ authorization, cookie }) => [
        { authorization, decision: 'approve' },
        { cookie, 'sec-fetch-site': 'cross-site' },
      ],
    ],
    [
      'with the cookie of another one',
      ({ authorization, cookie }) => [
        { authorization, decision: 'approve' },
        { cookie: cookie.replace(/=.*/, '=AAAAAAAAAAAAAAAAAAAAAA') },
      ],
    ],
    [
      'for a request that is not there',
      ({ cookie }) => [{ authorization: 'nobody-has-this', decision: 'approve' }, { cookie }],
    ],
    ['that is none', ({ authorization, cookie }) => [{ authorization, decision: 'perhaps' }, { cookie }]],
  ])('takes no decision %s, and loses nothing by it', async (_name, make) => {
    const one = await opened()
    const [payload, headers] = make(one)
    expect((await decision(payload, headers)).statusCode).toBe(400)
    const right = { authorization: one.authorization, decision: 'approve' }
    expect((await decision(right, { cookie: one.cookie })).statusCode).toBe(303)
  })

  it('is not shown for a name of another client, or one that was decided', async () => {
    const { authorization, cookie, reference } = await opened()
    const other = new URLSearchParams({ client_id: 'other', request_uri: reference.get('request_uri') ?? '' })
    expect((await get(other)).statusCode).toBe(400)
    await decision({ authorization, decision: 'deny' }, { cookie })
    const page = await get(reference)
    expect([page.statusCode, page.body.includes('This request was decided')]).toEqual([400, true])
  })
})
