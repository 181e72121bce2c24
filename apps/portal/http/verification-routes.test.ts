import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Behind, onSqlite, startBehind, type TestPortal } from '../testing/portal.testing.ts'

const json = { 'content-type': 'application/json' }
const query = { credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: ['x'] } }] }
const back = 'http://localhost:7102/verify/v/return?response_code=c'
const digital = { requests: [{ protocol: 'openid4vp-v1-signed', data: { request: 'a.b.c' } }] }
const view = { id: 'v', state: 'verified' }

let verifier: Behind
let sessions = 0
beforeAll(async () => {
  verifier = await startBehind(({ headers, url }) => {
    if (url.endsWith('/returned')) return { status: 200, body: view }
    if (url.startsWith('/openid4vc/verify/')) return { status: 200, body: { redirect_uri: back } }
    sessions += 1
    if (String(headers['responsemode']).startsWith('dc_api'))
      return { status: 200, body: { id: idOf(sessions), digital, expiresAt: 1_800_000_300 } }
    return {
      status: 200,
      body: { id: idOf(sessions), url: 'openid4vp://authorize?x', expiresAt: 1_800_000_300 },
    }
  })
})
afterAll(() => verifier.close())

/** As the verifier makes them. */
function idOf(number: number): string {
  return `verification-${String(number).padStart(9, '0')}`
}

onSqlite('a verification that is begun in the portal', (store) => {
  let portal: TestPortal
  let other: TestPortal
  const upstream = () => ({
    verifier: { name: 'verifier', url: verifier.url, apiKey: 'k'.repeat(16) } as const,
  })
  beforeAll(async () => {
    portal = await store().portal({ login: false, upstreams: upstream() })
    other = await store().portal({ login: false, upstreams: upstream() })
  })

  async function begin(cookie?: string, body: unknown = { dcql_query: query }) {
    const answer = await fetch(`${portal.url}/api/verifications`, {
      method: 'POST',
      headers: { ...json, ...(cookie !== undefined && { cookie }) },
      body: JSON.stringify(body),
    })
    const setCookie = answer.headers.get('set-cookie') ?? ''
    return { answer, setCookie, cookie: setCookie.split(';', 1)[0] ?? '', id: idOf(sessions) }
  }

  function bringBack(at: TestPortal, id: string, cookie?: string, responseCode = 'code') {
    return fetch(`${at.url}/api/verifications/${id}/returned`, {
      method: 'POST',
      headers: { ...json, ...(cookie !== undefined && { cookie }) },
      body: JSON.stringify({ responseCode }),
    })
  }

  it('is begun in the name of the browser, which the wallet is told to bring back to a page of ours', async () => {
    const { answer, setCookie } = await begin()
    expect(answer.status).toBe(200)
    expect(setCookie).toMatch(
      /^portal_browser=[\w-]{43}; Path=\/api; Max-Age=86400; HttpOnly; SameSite=Strict$/,
    )
    const heard = verifier.heard.at(-1)
    expect(JSON.parse(heard?.body ?? '')).toEqual({ dcql_query: query, sameDevice: 'allowed' })
    const back = 'http://localhost:7102/verify/$id/return'
    expect(heard?.headers).toMatchObject({
      successredirecturi: back,
      errorredirecturi: back,
      'x-api-key': 'k'.repeat(16),
      accept: 'application/json',
    })
    expect(heard?.headers).not.toHaveProperty('cookie')
  })

  it('says how long a wallet may answer, and whether the browser has to come back, as it was asked', async () => {
    await begin(undefined, { dcql_query: query, sameDevice: 'required', ttlSeconds: 60 })
    const heard = verifier.heard.at(-1)
    expect(heard?.headers['sessionttl']).toBe('60')
    expect(JSON.parse(heard?.body ?? '')).toMatchObject({ sameDevice: 'required' })
  })

  it('says how the wallet answers, who asks, and where the request is, as it was asked', async () => {
    const ways = {
      responseMode: 'direct_post.jwt',
      clientIdPrefix: 'decentralized_identifier',
      requestPassing: 'by_value',
    }
    await begin(undefined, { dcql_query: query, ...ways })
    const heard = verifier.heard.at(-1)
    expect(heard?.headers).toMatchObject({
      responsemode: 'direct_post.jwt',
      clientidprefix: 'decentralized_identifier',
      requestpassing: 'by_value',
    })
    expect(JSON.parse(heard?.body ?? '')).toEqual({ dcql_query: query, sameDevice: 'allowed' })
  })

  it('says what the holder is to authorise', async () => {
    const transaction_data = [{ type: 'payment_data', credential_ids: ['a'] }]
    await begin(undefined, { dcql_query: query, transaction_data })
    expect(JSON.parse(verifier.heard.at(-1)?.body ?? '')).toMatchObject({ transaction_data })
  })

  it.each(['dc_api', 'dc_api.jwt'])(
    'by %s is for the page of the portal and no other',
    async (responseMode) => {
      const { answer, id } = await begin(undefined, { dcql_query: query, responseMode })
      expect(await answer.json()).toEqual({ id, digital, expiresAt: 1_800_000_300 })
      expect(JSON.parse(verifier.heard.at(-1)?.body ?? '')).toMatchObject({
        expected_origins: ['http://localhost:7102'],
      })
    },
  )

  it.each([
    [{}],
    [{ dcql_query: query, successRedirectUri: 'https://evil.example' }],
    [{ dcql_query: query, sameDevice: 'sometimes' }],
    [{ dcql_query: query, ttlSeconds: 5 }],
    [{ dcql_query: query, responseMode: 'fragment' }],
    [{ dcql_query: query, clientIdPrefix: 'origin' }],
    [{ dcql_query: query, requestPassing: 'by_hand' }],
    [{ dcql_query: query, responseMode: 'dc_api', expected_origins: ['https://evil.example'] }],
    [{ dcql_query: query, transaction_data: [] }],
  ])('is not begun by %j, and the verifier hears nothing', async (body) => {
    const before = verifier.heard.length
    expect((await begin(undefined, body)).answer.status).toBe(400)
    expect(verifier.heard).toHaveLength(before)
  })

  it('is brought back by the browser that began it, on any instance', async () => {
    const { cookie, id } = await begin()
    const answer = await bringBack(other, id, cookie, 'the-code')
    expect([answer.status, await answer.json()]).toEqual([200, view])
    expect(verifier.heard.at(-1)).toMatchObject({
      url: `/openid4vc/session/${id}/returned`,
      body: '{"responseCode":"the-code"}',
    })
  })

  it('is not brought back by another browser: it is told, and nothing is exchanged', async () => {
    const mine = await begin()
    const theirs = await begin()
    const before = verifier.heard.length
    for (const cookie of [undefined, theirs.cookie, 'portal_browser=x', `portal_browser=${'x'.repeat(43)}`]) {
      const answer = await bringBack(portal, mine.id, cookie)
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ error: 'begun_elsewhere' })
    }
    expect(verifier.heard).toHaveLength(before)
  })

  const credential = { protocol: 'openid4vp-v1-signed', data: { response: 'a.b.c.d.e' } }

  function bring(at: TestPortal, id: string, cookie?: string, body: object = credential) {
    return fetch(`${at.url}/api/verifications/${id}/answer`, {
      method: 'POST',
      headers: { ...json, ...(cookie !== undefined && { cookie }) },
      body: JSON.stringify(body),
    })
  }

  it('is answered by what its browser got, through any instance, without the key of the portal', async () => {
    const { cookie, id } = await begin(undefined, { dcql_query: query, responseMode: 'dc_api.jwt' })
    const answer = await bring(other, id, cookie)
    expect([answer.status, await answer.json()]).toEqual([200, { redirect_uri: back }])
    const heard = verifier.heard.at(-1)
    expect(heard).toMatchObject({ method: 'POST', url: `/openid4vc/verify/${id}` })
    expect(JSON.parse(heard?.body ?? '')).toEqual(credential)
    expect(heard?.headers).not.toHaveProperty('x-api-key')
  })

  it('is answered by no other browser, and by nothing else', async () => {
    const mine = await begin(undefined, { dcql_query: query, responseMode: 'dc_api.jwt' })
    const theirs = await begin()
    const before = verifier.heard.length
    for (const cookie of [undefined, theirs.cookie])
      expect((await bring(portal, mine.id, cookie)).status).toBe(403)
    for (const body of [{}, { ...credential, origin: 'https://evil.example' }, { ...credential, data: 'x' }])
      expect((await bring(portal, mine.id, mine.cookie, body)).status).toBe(400)
    expect((await bring(portal, encodeURIComponent('../session'), mine.cookie)).status).toBe(403)
    expect(verifier.heard).toHaveLength(before)
  })

  it.each(['../sessions', '%2e%2e', 'nobody-began-this-one', 'x'.repeat(150)])(
    'is none by the id %j, and the verifier hears nothing',
    async (id) => {
      const { cookie } = await begin()
      const before = verifier.heard.length
      const answer = await bringBack(portal, encodeURIComponent(id), cookie)
      expect([400, 403, 404]).toContain(answer.status)
      expect(verifier.heard).toHaveLength(before)
    },
  )

  it('keeps one cookie for all that a browser begins', async () => {
    const first = await begin()
    const second = await begin(first.cookie)
    expect(second.cookie).toBe(first.cookie)
    for (const id of [first.id, second.id])
      expect((await bringBack(portal, id, first.cookie)).status).toBe(200)
  })

  it('gives the words of a verifier that refuses as they are', async () => {
    const strict = await startBehind(() => ({
      status: 400,
      body: { message: 'the query has no credentials' },
    }))
    const portal = await store().portal({
      login: false,
      upstreams: { verifier: { name: 'verifier', url: strict.url } },
    })
    const answer = await fetch(`${portal.url}/api/verifications`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ dcql_query: {} }),
    })
    expect([answer.status, await answer.json()]).toEqual([400, { message: 'the query has no credentials' }])
    expect(answer.headers.get('set-cookie')).toBeNull()
    await strict.close()
  })
})
