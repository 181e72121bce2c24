import { startTestVerifier } from '@countersign/testing/people/verifier'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { json, type Person, password, startApi, type TestApi } from './testing/api.testing.ts'
import { identity, startTestIssuer } from './testing/issuer.testing.ts'
import { onBothDatabases, withAnchors } from './testing/wallet.testing.ts'

let people = 0

type Dids = { did: string }[]
type Credentials = { id: string; document: string; disclosures: string }[]

onBothDatabases('the wallet API', (store) => {
  const closing: (() => Promise<void>)[] = []
  let api: TestApi
  let verifier: Awaited<ReturnType<typeof startTestVerifier>>

  beforeAll(async () => {
    verifier = await startTestVerifier()
    api = await startApi(store().instance(withAnchors(verifier.anchors)))
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  afterAll(async () => {
    await verifier.close()
    await api.close()
  })

  const ask: TestApi['ask'] = (...request) => api.ask(...request)
  const person = () => api.person()

  const text = ({ headers }: Person, body: string): RequestInit => ({
    headers: { ...headers, 'content-type': 'text/plain' },
    body,
  })

  it('walks through register, login, wallets, receive and present', async () => {
    const issuer = await startTestIssuer()
    closing.push(issuer.close)
    const me = await person()
    const dids = (await ask('GET', `${me.wallet}/dids`, { headers: me.headers })).json<Dids>()
    const did = encodeURIComponent(dids[0]?.did ?? '')
    const offer = issuer.offer()
    const used = await ask('POST', `${me.wallet}/exchange/useOfferRequest?did=${did}`, text(me, offer))
    expect(used.status).toBe(200)
    const [credential = { id: '', document: '', disclosures: '' }] = used.json<Credentials>()
    expect(credential).toMatchObject({
      id: expect.stringMatching(/^urn:uuid:/),
      format: 'dc+sd-jwt',
      pending: false,
      addedOn: expect.stringMatching(/^\d{4}-.*Z$/),
      parsedDocument: { vct: identity.type, given_name: 'Ada-planted' },
    })
    expect(credential.document.split('.')).toHaveLength(3)
    expect(credential.disclosures.split('~')).toHaveLength(3)

    const requestUrl = verifier.request()
    const resolved = await ask(
      'POST',
      `${me.wallet}/exchange/resolvePresentationRequest`,
      text(me, requestUrl),
    )
    expect(resolved.text).toBe(requestUrl)
    const path = `${me.wallet}/exchange/matchCredentialsForPresentationRequest`
    expect((await ask('POST', path, text(me, requestUrl))).json()).toEqual([credential])
    const presented = await ask('POST', `${me.wallet}/exchange/usePresentationRequest`, {
      ...json({ presentationRequest: requestUrl, selectedCredentials: [credential.id] }),
      headers: { ...me.headers, 'content-type': 'application/json' },
    })
    expect(presented.status).toBe(200)
    expect(presented.json()).toEqual({ redirectUri: expect.stringContaining('https://rp.example/ok') })

    const nothing = await ask('POST', `${me.wallet}/exchange/usePresentationRequest`, {
      ...json({ presentationRequest: verifier.request({ vct: 'urn:none' }) }),
      headers: { ...me.headers, 'content-type': 'application/json' },
    })
    expect(nothing.status).toBe(400)
    expect(nothing.json()).toMatchObject({ redirectUri: null, errorMessage: expect.any(String) })

    const one = `${me.wallet}/credentials/${credential.id}`
    expect((await ask('DELETE', one, { headers: me.headers })).status).toBe(202)
    expect((await ask('GET', `${me.wallet}/credentials`, { headers: me.headers })).json()).toEqual([])
    expect((await ask('POST', `${one}/restore`, { headers: me.headers })).json()).toEqual(credential)
    expect((await ask('DELETE', `${one}?permanent=true`, { headers: me.headers })).status).toBe(202)
    expect((await ask('GET', one, { headers: me.headers })).status).toBe(404)
  })

  it('shows another account nothing, not even that a wallet exists', async () => {
    const [me, other] = [await person(), await person()]
    const paths = ['/keys', '/dids', '/credentials', '/exchange/resolveIssuerOpenIDMetadata?issuer=x']
    for (const path of paths) {
      const foreign = await ask('GET', other.wallet + path, { headers: me.headers })
      const missing = await ask('GET', `/wallet-api/wallet/no-such${path}`, { headers: me.headers })
      expect(foreign.status).toBe(404)
      expect({ ...foreign.json<object>(), correlationId: '' }).toEqual({
        ...missing.json<object>(),
        correlationId: '',
      })
    }
  })

  it('is closed without a token, before it looks at anything', async () => {
    const me = await person()
    for (const path of ['/wallet-api/auth/user-info', '/wallet-api/auth/session', `${me.wallet}/keys`]) {
      expect((await ask('GET', path)).status).toBe(401)
      expect((await ask('GET', path, { headers: { authorization: 'Bearer nonsense' } })).status).toBe(401)
    }
    expect((await ask('POST', `${me.wallet}/keys/generate`, json({ keyType: 'nonsense' }))).status).toBe(401)
  })

  it('takes the token in both headers and, from its own pages, as a cookie', async () => {
    const me = await person()
    const statusWith = async (headers: Record<string, string>) =>
      (await ask('GET', '/wallet-api/auth/user-info', { headers })).status
    expect(await statusWith({ 'waltid-authorization': `Bearer ${me.token}` })).toBe(200)
    const cookie = `other=1; login=${me.token}`
    expect(await statusWith({ cookie })).toBe(200)
    expect(await statusWith({ cookie, origin: 'http://localhost:3000' })).toBe(401)
  })

  it('revokes the token at logout', async () => {
    const me = await person()
    expect((await ask('POST', '/wallet-api/auth/logout', { headers: me.headers })).status).toBe(200)
    expect((await ask('GET', '/wallet-api/auth/user-info', { headers: me.headers })).status).toBe(401)
  })

  it('answers login in the shape that scripts know, with a cookie no script can read', async () => {
    people += 1
    const body = { type: 'email', name: 'Ada', email: `Cookie-${people}@Example.org`, password }
    expect((await ask('POST', '/wallet-api/auth/register', json(body))).status).toBe(201)
    expect((await ask('POST', '/wallet-api/auth/register', json(body))).status).toBe(409)
    const { name: _, ...known } = body
    const entered = await ask('POST', '/wallet-api/auth/login', json(known))
    expect(entered.json()).toEqual({
      id: expect.any(String),
      token: expect.stringMatching(/^[\w-]{43}$/),
      username: `cookie-${people}@example.org`,
    })
    expect(entered.headers.get('set-cookie')).toMatch(
      /^login=[\w-]{43}; Path=\/wallet-api; .*HttpOnly; SameSite=Strict/,
    )
    const wrong = await ask('POST', '/wallet-api/auth/login', json({ ...known, password: 'wrong' }))
    expect(wrong.status).toBe(401)
    expect(wrong.json()).toMatchObject({ exception: true, code: '401' })
  })

  it('makes no DID with a parameter that its method does not have', async () => {
    const me = await person()
    for (const [made, parameter] of [
      ['jwk?domain=a.example', 'domain'],
      ['key?path=b', 'path'],
      ['web?useJwkJcsPub=true', 'useJwkJcsPub'],
    ]) {
      const answer = await ask('POST', `${me.wallet}/dids/create/${made}`, { headers: me.headers })
      expect([answer.status, answer.json()]).toMatchObject([
        400,
        { message: expect.stringContaining(`${parameter} has no meaning for did:`) },
      ])
    }
  })

  it('keeps pages of other sites out, by origin and by a host name that leads here', async () => {
    const credentials = json({ email: 'user@email.com', password: 'password' })
    const headers = { 'content-type': 'application/json', origin: 'https://evil.example' }
    expect((await ask('POST', '/wallet-api/auth/login', { ...credentials, headers })).status).toBe(403)
  })

  it('says what is wrong with an offer, and what to do when the issuer is away', async () => {
    const me = await person()
    const use = (offer: string) => ask('POST', `${me.wallet}/exchange/useOfferRequest`, text(me, offer))
    expect((await use('https://example.org')).status).toBe(400)
    expect((await use('x'.repeat(70_000))).status).toBe(400)
    const away = 'openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A1%2Foffer'
    const refused = await use(away)
    expect(refused.status).toBe(502)
    expect(refused.json<{ message: string }>().message).toContain('make the same call again')
  })

  it('describes every call on the API page', async () => {
    const { paths } = (await ask('GET', '/api.json')).json<{ paths: object }>()
    expect(Object.keys(paths).filter((path) => path.startsWith('/wallet-api')).length).toBeGreaterThan(18)
  })
})

describe('a wallet service', () => {
  it('is put together in main.ts alone', async () => {
    const { startWallet } = await import('./main.ts')
    const argv = ['--mode=production', '--preregisteredAccount=true']
    const start = { argv, env: {}, cwd: '/nonexistent', defaultPort: 7001 }
    await expect(startWallet(start)).rejects.toThrow(/preregisteredAccount/)
  })
})
