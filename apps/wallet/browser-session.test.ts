import { CSRF_HEADER } from '@countersign/api/wallet/passkeys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, password, startApi, type TestApi } from './testing/api.testing.ts'
import { softwareAuthenticator } from './testing/authenticator.testing.ts'
import { onBothDatabases } from './testing/wallet.testing.ts'

const page = { origin: 'http://localhost:7101', 'sec-fetch-site': 'same-origin' }
const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

interface Session {
  readonly csrf: string
  readonly account: { readonly name: string; readonly email?: string }
}

onBothDatabases('a browser’s login', (store) => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi(store().instance())
  })
  afterAll(() => api.close())

  const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? ''

  async function newEmail(): Promise<string> {
    const email = `page-${crypto.randomUUID()}@example.org`
    await api.ask('POST', '/wallet-api/auth/register', json({ name: 'Ada', email, password }))
    return email
  }

  async function enter(email: string, more: Record<string, string> = {}) {
    const body = json({ email, password, session: 'cookie' })
    const answer = await api.ask('POST', '/wallet-api/auth/login', {
      ...body,
      headers: { ...body.headers, ...page, ...more },
    })
    return { answer, cookie: cookieOf(answer.headers), ...answer.json<{ session: Session }>() }
  }

  const userInfo = (headers: Record<string, string>) =>
    api.ask('GET', '/wallet-api/auth/user-info', { headers })
  const logout = (headers: Record<string, string>, query = '') =>
    api.ask('POST', `/wallet-api/auth/logout${query}`, { headers })

  it('has its token in the cookie alone, and the page what it needs', async () => {
    const email = await newEmail()
    const { answer, cookie, session } = await enter(email)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
    expect(answer.text).not.toContain(cookie.split('=')[1])
    expect(session).toMatchObject({ csrf: expect.any(String), account: { name: 'Ada', email } })
    const again = await api.ask('GET', '/wallet-api/auth/session', { headers: { ...page, cookie } })
    expect(again.json()).toEqual({ session })
  })

  it('is told to an API client as its token, as ever', async () => {
    const me = await api.person()
    const told = await api.ask('GET', '/wallet-api/auth/session', { headers: me.headers })
    expect(told.json()).toEqual({ token: { accessToken: me.token } })
  })

  describe('changes something', () => {
    it.each<readonly [string, (csrf: string) => Record<string, string>, number]>([
      ['with the header, from a page of ours', (csrf) => ({ ...page, [CSRF_HEADER]: csrf }), 201],
      ['with the header, from an old browser', (csrf) => ({ [CSRF_HEADER]: csrf }), 201],
      ['without the header', () => page, 403],
      ['with an empty header', () => ({ ...page, [CSRF_HEADER]: '' }), 403],
      ['with another header', (csrf) => ({ ...page, [CSRF_HEADER]: `${csrf.slice(1)}x` }), 403],
      [
        'from a neighbouring site',
        (csrf) => ({ ...page, 'sec-fetch-site': 'same-site', [CSRF_HEADER]: csrf }),
        401,
      ],
      ['from the address bar', (csrf) => ({ 'sec-fetch-site': 'none', [CSRF_HEADER]: csrf }), 403],
    ])('%s', async (_, headers, status) => {
      const { cookie, session } = await enter(await newEmail())
      const listed = await api.ask('GET', '/wallet-api/wallet/accounts/wallets', {
        headers: { ...page, cookie },
      })
      const [wallet] = listed.json<{ wallets: { id: string }[] }>().wallets
      const made = await api.ask('POST', `/wallet-api/wallet/${wallet?.id}/dids/create/key`, {
        headers: { ...headers(session.csrf), cookie },
      })
      expect(made.status === 200 ? 201 : made.status).toBe(status)
    })

    it('with a token in a header, whoever asks for nothing more', async () => {
      const me = await api.person()
      const made = await api.ask('POST', `${me.wallet}/dids/create/key`, { headers: me.headers })
      expect(made.status).toBeLessThan(300)
    })

    it('of another login is worth nothing', async () => {
      const [one, other] = [await enter(await newEmail()), await enter(await newEmail())]
      const headers = { ...page, cookie: one.cookie, [CSRF_HEADER]: other.session.csrf }
      expect((await logout(headers)).status).toBe(403)
    })
  })

  it('is not made by a page of another site, and a token of one stays out of the browser', async () => {
    const email = await newEmail()
    const same = { ...page, origin: 'http://other.localhost.example' }
    for (const headers of [evil, same]) {
      const body = json({ email, password, session: 'cookie' })
      const answer = await api.ask('POST', '/wallet-api/auth/login', {
        ...body,
        headers: { ...body.headers, ...headers },
      })
      expect(answer.status).toBe(403)
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
  })

  it('ends the one that the browser had before', async () => {
    const email = await newEmail()
    const first = await enter(email)
    const second = await enter(email, { cookie: first.cookie })
    expect(second.cookie).not.toBe(first.cookie)
    expect((await userInfo({ ...page, cookie: first.cookie })).status).toBe(401)
    expect((await userInfo({ ...page, cookie: second.cookie })).status).toBe(200)
  })

  it('cannot be chosen by whoever planted a cookie', async () => {
    const planted = `login=${'a'.repeat(43)}`
    const { cookie } = await enter(await newEmail(), { cookie: planted })
    expect(cookie).not.toBe(planted)
    expect((await userInfo({ ...page, cookie: planted })).status).toBe(401)
  })

  it('ends here, and with a word everywhere', async () => {
    const email = await newEmail()
    const [here, there] = [await enter(email), await enter(email)]
    const ended = await logout({ ...page, cookie: here.cookie, [CSRF_HEADER]: here.session.csrf })
    expect(ended.headers.get('set-cookie')).toMatch(/^login=; .*Max-Age=0/)
    expect((await userInfo({ ...page, cookie: here.cookie })).status).toBe(401)
    expect((await userInfo({ ...page, cookie: there.cookie })).status).toBe(200)
    const third = await enter(email)
    const everywhere = { ...page, cookie: third.cookie, [CSRF_HEADER]: third.session.csrf }
    await logout(everywhere, '?everywhere=true')
    for (const { cookie } of [there, third]) expect((await userInfo({ ...page, cookie })).status).toBe(401)
  })

  it('by a passkey: an account in two calls, and in again without a word', async () => {
    const authenticator = softwareAuthenticator()
    const post = async (path: string, body: object, more: Record<string, string> = {}) => {
      const sent = json(body)
      return api.ask('POST', `/wallet-api/auth/passkeys${path}`, {
        ...sent,
        headers: { ...sent.headers, ...page, ...more },
      })
    }
    type Begun = { ceremony: string; options: Record<string, never> }
    const begun = (await post('/options', { name: 'Grace' })).json<Begun>()
    const credential = authenticator.create(begun.options)
    const made = await post('', { ceremony: begun.ceremony, credential, label: 'Phone' })
    expect(made.status).toBe(201)
    expect(made.json()).toMatchObject({
      passkey: { label: 'Phone' },
      session: { account: { name: 'Grace' } },
    })

    const asked = (await post('/login/options', {})).json<Begun>()
    const answer = await post('/login', {
      ceremony: asked.ceremony,
      credential: authenticator.get(asked.options),
    })
    expect(answer.status).toBe(200)
    const cookie = cookieOf(answer.headers)
    const session = answer.json<Session>()
    expect(session.account).toEqual({ id: expect.any(String), name: 'Grace' })
    const listed = await api.ask('GET', '/wallet-api/auth/passkeys', { headers: { ...page, cookie } })
    const [passkey] = listed.json<{ id: string; label: string }[]>()
    expect(passkey).toMatchObject({ label: 'Phone' })
    const removed = await api.ask('DELETE', `/wallet-api/auth/passkeys/${passkey?.id}`, {
      headers: { ...page, cookie, [CSRF_HEADER]: session.csrf },
    })
    expect(removed.status).toBe(409)

    const second = (await post('/options', {}, { cookie, [CSRF_HEADER]: session.csrf })).json<Begun>()
    const more = { ceremony: second.ceremony, credential: softwareAuthenticator().create(second.options) }
    expect((await post('', more, { cookie })).json()).toMatchObject({ error: 'ceremony_unknown' })
    expect((await post('', more, { cookie, [CSRF_HEADER]: 'x' })).status).toBe(403)
    const added = await post('', more, { cookie, [CSRF_HEADER]: session.csrf })
    expect(added.status).toBe(201)
    expect(added.json()).not.toHaveProperty('session')
    expect((await post('/login/options', {}, evil)).status).toBe(403)
  })
})
