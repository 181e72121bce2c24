import { CSRF_HEADER } from '@countersign/api/wallet/passkeys'
import type { JsonObject } from '@countersign/core/json'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeResetLink } from './access/reset-link.ts'
import { recordEvent } from './history/record-event.ts'
import { json, type Person, password, startApi, type TestApi } from './testing/api.testing.ts'
import { softwareAuthenticator } from './testing/authenticator.testing.ts'
import { startTestIssuer } from './testing/issuer.testing.ts'
import { allRows, onBothDatabases, onSqlite } from './testing/wallet.testing.ts'

const page = { origin: 'http://localhost:7101', 'sec-fetch-site': 'same-origin' }
const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
const auth = '/wallet-api/auth'
const wallets = '/wallet-api/wallet/accounts/wallets'

type Headers = Readonly<Record<string, string>>

onBothDatabases('the API of an account', (store) => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi(store().instance())
  })
  afterAll(() => api.close())

  const send = (method: string, path: string, body: unknown, headers: Headers = {}) => {
    const sent = json(body)
    return api.ask(method, path, { ...sent, headers: { ...sent.headers, ...headers } })
  }
  const get = (path: string, headers: Headers = {}) => api.ask('GET', path, { headers })

  it('changes a password, and nobody’s with a wrong confirmation', async () => {
    const me = await api.person()
    const wrong = await send(
      'PUT',
      `${auth}/password`,
      { password: 'new-horse-1', confirmation: { password: 'x' } },
      me.headers,
    )
    expect([wrong.status, wrong.json()]).toMatchObject([403, { error: 'confirmation_wrong' }])
    const right = { password: 'new-horse-1', confirmation: { password } }
    expect((await send('PUT', `${auth}/password`, right, me.headers)).status).toBe(202)
    expect((await get(`${auth}/user-info`, me.headers)).status).toBe(200)
  })

  it('makes recovery codes, counts them, and logs in with one: by token and by cookie', async () => {
    const me = await api.person()
    expect((await get(`${auth}/recovery-codes`, me.headers)).json()).toEqual({ left: 0 })
    const made = await send('POST', `${auth}/recovery-codes`, {}, me.headers)
    expect(made.status).toBe(201)
    const { recoveryCodes } = made.json<{ recoveryCodes: string[] }>()
    const [first, second] = recoveryCodes
    const byToken = await send('POST', `${auth}/recovery-codes/login`, { code: first })
    const { token } = byToken.json<{ token: string }>()
    expect((await get(`${auth}/user-info`, { authorization: `Bearer ${token}` })).status).toBe(200)
    const foreign = await send(
      'POST',
      `${auth}/recovery-codes/login`,
      { code: second, session: 'cookie' },
      evil,
    )
    expect(foreign.status).toBe(403)
    const byCookie = await send(
      'POST',
      `${auth}/recovery-codes/login`,
      { code: second, session: 'cookie' },
      page,
    )
    expect(byCookie.headers.get('set-cookie')).toMatch(/^login=[\w-]{43}; .*HttpOnly/)
    expect(byCookie.json()).toMatchObject({ session: { csrf: expect.any(String) } })
    expect(byCookie.text).not.toMatch(/"token"/)
    expect((await send('POST', `${auth}/recovery-codes/login`, { code: second })).status).toBe(401)
    expect((await get(`${auth}/recovery-codes`, me.headers)).json()).toMatchObject({ left: 8 })
  })

  it('lists logins and ends them', async () => {
    const me = await api.person()
    const { email } = (await get(`${auth}/user-info`, me.headers)).json<{ email: string }>()
    await send('POST', `${auth}/login`, { email, password }, { 'user-agent': 'Phone' })
    const listed = await get(`${auth}/logins?limit=1`, me.headers)
    const { logins, next = '' } = listed.json<{ logins: { id: string; current: boolean }[]; next?: string }>()
    expect(logins).toHaveLength(1)
    const rest = await get(`${auth}/logins?startingAfter=${next}`, me.headers)
    const all = [...logins, ...rest.json<{ logins: typeof logins }>().logins]
    expect(all.map(({ current }) => String(current)).toSorted()).toEqual(['false', 'true'])
    expect(JSON.stringify(all)).toContain('Phone')
    const phone = all.find(({ current }) => !current)?.id
    expect((await api.ask('DELETE', `${auth}/logins/${phone}`, { headers: me.headers })).status).toBe(202)
    expect((await api.ask('DELETE', `${auth}/logins/${phone}`, { headers: me.headers })).status).toBe(404)
    expect((await api.ask('DELETE', `${auth}/logins`, { headers: me.headers })).status).toBe(202)
    expect((await get(`${auth}/user-info`, me.headers)).status).toBe(200)
    for (const bad of ['x', 'AAAA', '%00', 'e30', 'a'.repeat(300)])
      expect((await get(`${auth}/logins?startingAfter=${bad}`, me.headers)).status).toBe(400)
  })

  it('has several wallets, and deletes one with a confirmation', async () => {
    const me = await api.person()
    const made = await send('POST', wallets, { name: 'Work' }, me.headers)
    const { id } = made.json<{ id: string }>()
    expect(made.status).toBe(201)
    expect((await send('PUT', `${wallets}/${id}`, { name: 'Office' }, me.headers)).status).toBe(202)
    expect((await get(wallets, me.headers)).text).toContain('Office')
    const other = await api.person()
    expect((await send('PUT', `${wallets}/${id}`, { name: 'Mine' }, other.headers)).status).toBe(404)
    const confirmation = { password }
    expect((await send('POST', `${wallets}/${id}/delete`, { confirmation }, other.headers)).status).toBe(404)
    expect((await send('POST', `${wallets}/${id}/delete`, {}, me.headers)).status).toBe(400)
    expect((await send('POST', `${wallets}/${id}/delete`, { confirmation }, me.headers)).status).toBe(202)
    expect((await send('POST', `${wallets}/${id}/delete`, { confirmation }, me.headers)).status).toBe(404)
    const last = me.wallet.split('/').at(-1)
    const refused = await send('POST', `${wallets}/${last}/delete`, { confirmation }, me.headers)
    expect([refused.status, refused.json()]).toMatchObject([409, { error: 'last_wallet' }])
  })

  it('keeps settings, as they came', async () => {
    const me = await api.person()
    expect((await get(`${me.wallet}/settings`, me.headers)).json()).toEqual({ settings: {} })
    const settings = { language: 'de', nested: { a: [1, null] } }
    expect((await send('POST', `${me.wallet}/settings`, { settings }, me.headers)).status).toBe(202)
    expect((await get(`${me.wallet}/settings`, me.headers)).json()).toEqual({ settings })
    const large = { settings: { a: 'x'.repeat(9000) } }
    expect((await send('POST', `${me.wallet}/settings`, large, me.headers)).status).toBe(400)
  })

  it('has categories at the paths of the field', async () => {
    const issuer = await startTestIssuer()
    const me = await api.person()
    const received = await api.ask('POST', `${me.wallet}/exchange/useOfferRequest`, {
      headers: { ...me.headers, 'content-type': 'text/plain' },
      body: issuer.offer(),
    })
    await issuer.close()
    const [credential] = received.json<{ id: string }[]>()
    const at = `${me.wallet}/credentials/${credential?.id}/category`
    const bare = (method: string, path: string) => api.ask(method, path, { headers: me.headers })
    expect((await bare('POST', `${me.wallet}/categories/Travel%20%2F%20Abroad/add`)).status).toBe(201)
    expect((await bare('POST', `${me.wallet}/categories/Travel%20%2F%20Abroad/add`)).status).toBe(409)
    expect((await bare('PUT', `${me.wallet}/categories/Travel%20%2F%20Abroad/rename/Travel`)).status).toBe(
      202,
    )
    expect((await bare('GET', `${me.wallet}/categories`)).json()).toEqual([{ name: 'Travel' }])
    expect((await send('PUT', at, ['Travel'], me.headers)).status).toBe(201)
    expect((await send('PUT', at, ['Other'], me.headers)).status).toBe(404)
    expect((await bare('GET', at)).json()).toEqual(['Travel'])
    const within = async (query: string) =>
      (await bare('GET', `${me.wallet}/credentials?${query}`)).json<unknown[]>().length
    expect(await within('category=Travel')).toBe(1)
    expect(await within('category=Other')).toBe(0)
    expect(await within('category=Other&category=Travel')).toBe(1)
    expect((await send('DELETE', at, ['Travel'], me.headers)).status).toBe(202)
    expect(await within('category=Travel')).toBe(0)
    expect((await bare('DELETE', `${me.wallet}/categories/Travel`)).status).toBe(202)
    expect((await bare('DELETE', `${me.wallet}/categories/Travel`)).status).toBe(404)
    expect((await bare('POST', `${me.wallet}/categories/%20/add`)).status).toBe(400)
  })

  it('has a history: pages, an entry with its values, all of it as a file, and away with it', async () => {
    const me = await api.person()
    const owned = { id: me.wallet.split('/').at(-1) ?? '', accountId: '' }
    const wallet = store().instance()
    for (let at = 0; at < 5; at++) {
      const summary = {
        credentials: [
          {
            format: 'dc+sd-jwt',
            type: 'urn:x',
            titles: [
              { text: 'Card', locale: 'en' },
              { text: 'Karte', locale: 'de' },
            ],
            claims: [{ path: ['given_name'], labels: [{ text: 'Given name' }] }],
            moreClaims: 0,
          },
        ],
      }
      const action = at % 2 === 0 ? ('present' as const) : ('delete' as const)
      await recordEvent(wallet, wallet.database.db, owned, {
        action,
        summary,
        values: [[[{ text: `Ada-${at}` }]]],
      })
    }
    interface Page {
      readonly items: readonly { readonly id: string; readonly action: string }[]
      readonly count: number
      readonly nextStartingAfter: string | null
    }
    const first = await get(`${me.wallet}/eventlog?limit=3&sortOrder=DESC`, {
      ...me.headers,
      'accept-language': 'de',
    })
    const { count, items, nextStartingAfter } = first.json<Page>()
    expect([count, first.text.includes('Karte'), first.text.includes('Ada-')]).toEqual([3, true, false])
    const second = await get(
      `${me.wallet}/eventlog?limit=3&sortOrder=desc&startingAfter=${nextStartingAfter}`,
      me.headers,
    )
    expect(second.json()).toMatchObject({
      count: 2,
      nextStartingAfter: null,
      currentStartingAfter: nextStartingAfter,
    })
    const filtered = await get(
      `${me.wallet}/eventlog?filter=action%3DPresent&filter=event%3DCredential`,
      me.headers,
    )
    expect(filtered.json<Page>().items.map(({ action }) => action)).toEqual(['Present', 'Present', 'Present'])
    for (const bad of [
      'filter=action%3DDance',
      'filter=tenant%3Dx',
      'limit=0',
      'limit=101',
      'sortBy=id',
      'sortOrder=up',
      'startingAfter=AAAA',
    ])
      expect([bad, (await get(`${me.wallet}/eventlog?${bad}`, me.headers)).status]).toEqual([bad, 400])
    const one = `${me.wallet}/eventlog/${items[0]?.id}`
    expect((await get(one, me.headers)).text).toMatch(/"value":"Ada-\d"/)
    const other = await api.person()
    expect((await get(`${other.wallet}/eventlog/${items[0]?.id}`, other.headers)).status).toBe(404)
    const file = await get(`${me.wallet}/eventlog/export`, me.headers)
    expect(file.headers.get('content-disposition')).toContain('history.json')
    expect(file.json<unknown[]>()).toHaveLength(5)
    expect(file.text.match(/Ada-\d/g)).toHaveLength(5)
    expect((await get(`${other.wallet}/eventlog/export`, other.headers)).json()).toEqual([])
    const bare = (path: string) => api.ask('DELETE', path, { headers: me.headers })
    expect((await bare(one)).status).toBe(202)
    expect((await bare(one)).status).toBe(404)
    expect((await bare(`${me.wallet}/eventlog`)).status).toBe(202)
    expect((await get(`${me.wallet}/eventlog`, me.headers)).json()).toMatchObject({ items: [], count: 0 })
  })

  it('gives its owner everything to take away, and nobody without a confirmation', async () => {
    const issuer = await startTestIssuer()
    const me = await api.person()
    const offer = { headers: { ...me.headers, 'content-type': 'text/plain' }, body: issuer.offer() }
    await api.ask('POST', `${me.wallet}/exchange/useOfferRequest`, offer)
    await issuer.close()
    expect(
      (await send('POST', `${me.wallet}/export`, { confirmation: { password: 'x' } }, me.headers)).status,
    ).toBe(403)
    const file = await send('POST', `${me.wallet}/export`, { confirmation: { password } }, me.headers)
    expect(file.headers.get('content-disposition')).toContain('wallet.json')
    const { credentials, dids, keys } = file.json<{
      keys: { id: string; privateJwk: JsonObject }[]
      dids: { keyId: string }[]
      credentials: { credential: string; keyId: string }[]
    }>()
    expect([keys.length, dids.length, credentials.length]).toEqual([1, 1, 1])
    expect(keys[0]?.privateJwk).toMatchObject({ kty: 'EC', d: expect.any(String) })
    expect([dids[0]?.keyId, credentials[0]?.keyId]).toEqual([keys[0]?.id, keys[0]?.id])
    expect(credentials[0]?.credential.split('~').length).toBeGreaterThan(3)
  })

  it('gives its owner all copies of a card with their keys', async () => {
    const issuer = await startTestIssuer({ batchSize: 3 })
    const me = await api.person()
    const offer = { headers: { ...me.headers, 'content-type': 'text/plain' }, body: issuer.offer() }
    await api.ask('POST', `${me.wallet}/exchange/useOfferRequest`, offer)
    await issuer.close()
    const file = await send('POST', `${me.wallet}/export`, { confirmation: { password } }, me.headers)
    const { credentials } = file.json<{
      credentials: {
        credential: string
        copies: {
          unused: number
          total: number
          each: { credential: string; privateJwk: JsonObject; uses: number }[]
        }
      }[]
    }>()
    expect(credentials).toMatchObject([{ copies: { unused: 3, total: 3 } }])
    const [{ copies, credential } = { copies: undefined, credential: '' }] = credentials
    expect(copies?.each.map((copy) => copy.credential).toSorted()).toEqual(issuer.signed.toSorted())
    expect(copies?.each.map((copy) => copy.credential)).toContain(credential)
    const bound = new Map(issuer.proofs.map(({ holderKey }) => [JSON.stringify(holderKey), holderKey]))
    expect(bound.size).toBe(3)
    for (const { privateJwk } of copies?.each ?? []) {
      const { d, ...publicJwk } = privateJwk
      expect(d).toEqual(expect.any(String))
      expect([...bound.values()]).toContainEqual(publicJwk)
    }
  })

  it('lets the operator’s link in once, from pages of ours alone', async () => {
    const me = await api.person()
    const { email } = (await get(`${auth}/user-info`, me.headers)).json<{ email: string }>()
    const made = await makeResetLink(store().instance(), email)
    const link = made.ok ? made.value : ''
    const means = { password: 'found-horse' }
    for (const headers of [evil, { ...page, 'sec-fetch-site': 'cross-site' }])
      expect((await send('POST', `${auth}/reset`, { link, means }, headers)).status).toBe(403)
    expect((await send('POST', `${auth}/reset/options`, { link }, page)).json()).toMatchObject({
      account: { email },
    })
    const used = await send('POST', `${auth}/reset`, { link, means }, page)
    expect(used.json()).toMatchObject({ session: { account: { email } }, recoveryCodes: expect.any(Array) })
    expect(used.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
    expect((await send('POST', `${auth}/reset`, { link, means }, page)).status).toBe(404)
    expect((await get(`${auth}/user-info`, me.headers)).status).toBe(401)
    for (const bad of ['', 'x', 'A'.repeat(44), `${'A'.repeat(42)}\n`])
      expect((await send('POST', `${auth}/reset/options`, { link: bad }, page)).status).toBe(400)
  })

  it('deletes an account: with a password, a passkey or a recovery code, and not without', async () => {
    const me = await api.person()
    expect((await send('POST', `${auth}/delete-account`, {}, me.headers)).status).toBe(400)
    const wrong = await send(
      'POST',
      `${auth}/delete-account`,
      { confirmation: { password: 'x' } },
      me.headers,
    )
    expect(wrong.status).toBe(403)
    expect(
      (await send('POST', `${auth}/delete-account`, { confirmation: { password } }, me.headers)).status,
    ).toBe(202)
    expect((await get(`${auth}/user-info`, me.headers)).status).toBe(401)

    const authenticator = softwareAuthenticator()
    type Begun = { ceremony: string; options: JsonObject }
    const begun = (await send('POST', `${auth}/passkeys/options`, {}, page)).json<Begun>()
    const credential = authenticator.create(begun.options)
    const made = await send('POST', `${auth}/passkeys`, { ceremony: begun.ceremony, credential }, page)
    const { recoveryCodes, session } = made.json<{
      recoveryCodes: string[]
      session: { csrf: string; account: { id: string } }
    }>()
    expect(recoveryCodes).toHaveLength(10)
    const cookie = made.headers.get('set-cookie')?.split(';')[0] ?? ''
    const browser = { ...page, cookie, [CSRF_HEADER]: session.csrf }
    const asked = (await send('POST', `${auth}/confirmation/options`, {}, browser)).json<Begun>()
    const confirmation = { ceremony: asked.ceremony, credential: authenticator.get(asked.options) }
    expect((await send('POST', `${auth}/delete-account`, { confirmation }, { ...page, cookie })).status).toBe(
      403,
    )
    const deleted = await send('POST', `${auth}/delete-account`, { confirmation }, browser)
    expect(deleted.status).toBe(202)
    expect(deleted.headers.get('set-cookie')).toMatch(/^login=; .*Max-Age=0/)
    expect(JSON.stringify(await allRows(store()))).not.toContain(session.account.id)
    expect((await send('POST', `${auth}/recovery-codes/login`, { code: recoveryCodes[0] })).status).toBe(401)
  })
})

onSqlite('every new call', (store) => {
  let api: TestApi
  let me: Person
  beforeAll(async () => {
    api = await startApi(store().instance())
    me = await api.person()
  })
  afterAll(() => api.close())

  const CLOSED = [
    ['PUT', `${auth}/password`],
    ['POST', `${auth}/confirmation/options`],
    ['GET', `${auth}/recovery-codes`],
    ['POST', `${auth}/recovery-codes`],
    ['POST', `${auth}/delete-account`],
    ['GET', `${auth}/logins`],
    ['DELETE', `${auth}/logins`],
    ['DELETE', `${auth}/logins/x`],
    ['POST', wallets],
    ['PUT', `${wallets}/x`],
    ['POST', `${wallets}/x/delete`],
    ...['settings', 'categories', 'eventlog', 'eventlog/x', 'eventlog/export', 'credentials/x/category'].map(
      (path) => ['GET', `/wallet-api/wallet/x/${path}`] as const,
    ),
    ['POST', '/wallet-api/wallet/x/export'],
    ['POST', '/wallet-api/wallet/x/settings'],
    ['DELETE', '/wallet-api/wallet/x/eventlog'],
    ['POST', '/wallet-api/wallet/x/categories/y/add'],
  ] as const

  it.each(CLOSED)('%s %s wants a login, before it reads 10 MB', async (method, path) => {
    const large = { headers: { 'content-type': 'application/json' }, body: 'x'.repeat(10_485_760) }
    const answer = await api.ask(method, path, method === 'GET' ? {} : large).catch(() => undefined)
    // The connection may be cut while the body is still on its way.
    expect([401, undefined]).toContain(answer?.status)
  })

  it.each(CLOSED.filter(([method]) => method !== 'GET'))(
    '%s %s reads no 10 MB of its owner',
    async (method, path) => {
      const wallet = me.wallet.split('/').at(-1) ?? ''
      const large = {
        headers: { ...me.headers, 'content-type': 'application/json' },
        body: 'x'.repeat(10_485_760),
      }
      const answer = await api
        .ask(
          method,
          path.replace('/wallet/x', `/wallet/${wallet}`).replace('/wallets/x', `/wallets/${wallet}`),
          large,
        )
        .catch(() => undefined)
      expect([413, undefined]).toContain(answer?.status)
    },
  )

  it('a token of last year opens nothing', async () => {
    const then = await api.person()
    const later = await startApi({ ...store().instance(), now: () => store().clock.now + 366 * 86_400 })
    for (const [method, path] of CLOSED)
      expect((await later.ask(method, path, { headers: then.headers })).status).toBe(401)
    await later.close()
  })
})

describe('where passwords are off', () => {
  onSqlite('a wallet', (store) => {
    it('says so before anybody types one, and takes none', async () => {
      const api = await startApi({ ...store().instance(), passwordLogin: false })
      expect((await api.ask('GET', `${auth}/ways`)).json()).toEqual({ password: false })
      const person = { name: 'Ada', email: 'ada@example.org', password }
      const { name: _, ...credentials } = person
      expect((await api.ask('POST', `${auth}/register`, json(person))).status).toBe(403)
      expect((await api.ask('POST', `${auth}/login`, json(credentials))).status).toBe(403)
      await api.close()
    })
  })
})
