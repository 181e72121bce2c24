import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensurePreregistered } from './account/register-account.ts'
import { json, type Person, startApi, type TestApi } from './testing/api.testing.ts'
import { exampleOf, faultOfAnswer, faultOfValue, type Operation } from './testing/api-document.testing.ts'
import { startTestIssuer } from './testing/issuer.testing.ts'
import { onSqlite } from './testing/wallet.testing.ts'

/** Their examples name an issuer, an offer or a request of somebody's, who is away here; or have a secret of somebody else. */
const OF_OTHERS = [
  'exchange/useOfferRequest',
  'exchange/resolveIssuerOpenIDMetadata',
  'exchange/resolvePresentationRequest',
  'exchange/matchCredentialsForPresentationRequest',
  'exchange/usePresentationRequest',
  'exchange/offers',
  'exchange/issuances',
  'exchange/requests',
  '/{exchange}',
  '/{exchange}/use',
  '/{exchange}/authorized',
  '/{exchange}/reject',
  '/{deferred}/ask',
  'auth/passkeys',
  'auth/passkeys/login',
  '/{passkey}',
  '/{login}',
  'auth/password',
  'auth/delete-account',
  'auth/recovery-codes/login',
  'auth/reset',
  'auth/reset/options',
  'wallets/{wallet}/delete',
  '{wallet}/export',
]

interface Listed {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

onSqlite('the OpenAPI document', (store) => {
  let api: TestApi
  let issuer: Awaited<ReturnType<typeof startTestIssuer>>

  beforeAll(async () => {
    const wallet = store().instance()
    await ensurePreregistered(wallet)
    ;[api, issuer] = await Promise.all([startApi(wallet), startTestIssuer({ refreshes: true })])
  })
  afterAll(async () => {
    await issuer.close()
    await api.close()
  })

  const operations = (): readonly Listed[] =>
    Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operation,
      })),
    )

  it('has every operation, with a summary and with answers that have a description', () => {
    expect(operations()).toHaveLength(88)
    for (const { name, operation } of operations()) {
      expect(operation.summary, name).toMatch(/\w/)
      const statuses = Object.keys(operation.responses)
      expect(
        statuses.some((status) => status.startsWith('2')),
        name,
      ).toBe(true)
      expect(
        statuses.some((status) => status.startsWith('4')),
        name,
      ).toBe(true)
      for (const { description } of Object.values(operation.responses))
        expect(description, name).toMatch(/\w/)
    }
  })

  it('shows an answer of each kind, which is as its schema says', () => {
    for (const { name, operation } of operations()) {
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        for (const media of Object.values(content)) {
          expect(media.example, `${name} ${status}`).toBeDefined()
          expect(faultOfValue(media, media.example), `${name} ${status}`).toBeUndefined()
        }
      }
    }
  })

  it('shows requests that can be sent as they are', { timeout: 120_000 }, async () => {
    const one = await api.person()
    for (const listed of operations()) {
      const me = listed.path.endsWith('/logout') ? await api.person() : one
      const { url, init } = await exampleCall(me, listed)
      const answer = await api.ask(listed.method, url, init)
      if (OF_OTHERS.some((end) => listed.path.endsWith(end))) continue
      expect([listed.name, answer.status < 300 || answer.text]).toEqual([listed.name, true])
    }
  })

  it('refuses in the tests what it does not describe', () => {
    const operation = operations().find(({ path }) => path.endsWith('/auth/user-info'))?.operation
    if (operation === undefined) throw new Error('no such operation')
    const answer = (status: number, body: unknown) =>
      faultOfAnswer(operation, { status, contentType: 'application/json', text: JSON.stringify(body) })
    const info = { id: 'a', name: 'b', email: 'c', createdOn: '2026-11-29T09:30:00Z' }
    expect(answer(200, info)).toBeUndefined()
    expect(answer(200, { ...info, more: 1 })).toMatch(/more/)
    expect(answer(200, { ...info, name: 1 })).toMatch(/name/)
    expect(answer(418, info)).toMatch(/not described/)
  })

  /** The call of the document, for somebody who has what its address names. */
  async function exampleCall(
    me: Person,
    { path, operation }: Listed,
  ): Promise<{ url: string; init: RequestInit }> {
    const names: Record<string, string> = {
      wallet: me.wallet.split('/').at(-1) ?? '',
      ...(await namesFor(me, path)),
    }
    const known = operation.parameters ?? []
    const query = known.filter((parameter) => parameter.in === 'query' && parameter.required === true)
    const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? 'jwk'))
    const search = new URLSearchParams()
    for (const parameter of query)
      search.set(parameter.name, names[parameter.name] ?? String(exampleOf(parameter)))
    const body = bodyOf(operation)
    return {
      url: `${address}?${search.toString()}`,
      init: { ...body, headers: { ...me.headers, ...body?.headers } },
    }
  }

  async function pictureOn(me: Person, credential: string): Promise<string> {
    const headers = { ...me.headers, 'accept-language': 'de' }
    const cards = JSON.parse((await api.ask('GET', `${me.wallet}/cards`, { headers })).text) as {
      id: string
      look: { logo?: { uri: string } }
    }[]
    return (
      cards
        .find(({ id }) => id === credential)
        ?.look.logo?.uri.split('/')
        .at(-1) ?? ''
    )
  }

  async function namesFor(me: Person, path: string): Promise<Record<string, string>> {
    const ask = async (what: string, more = {}) =>
      (
        await api.ask('POST', `${me.wallet}/${what}`, {
          ...more,
          headers: { ...me.headers, ...headersOf(more) },
        })
      ).text
    if (path.includes('{key}')) return { key: await ask('keys/generate', json({})) }
    if (path.includes('/registry/')) return { id: (await ask('dids/create/web')).split(':').at(-1) ?? '' }
    if (path.includes('/dids')) return { did: await ask('dids/create/key') }
    if (path.includes('/categories/')) {
      const name = randomUUID()
      if (!path.endsWith('/add')) await ask(`categories/${name}/add`)
      return { name, newName: randomUUID() }
    }
    if (!path.includes('{credential}') && !path.includes('{event}')) return {}
    if (path.endsWith('/category')) await ask('categories/Travel/add')
    const text = { headers: { 'content-type': 'text/plain' }, body: issuer.offer() }
    const [credential] = JSON.parse(await ask('exchange/useOfferRequest', text)) as { id: string }[]
    const { id = '' } = credential ?? {}
    const history = await api.ask('GET', `${me.wallet}/eventlog?sortOrder=desc&limit=1`, {
      headers: me.headers,
    })
    const [event] = history.json<{ items: { id: string }[] }>().items
    return { credential: id, event: event?.id ?? '', picture: await pictureOn(me, id) }
  }
})

function headersOf(init: RequestInit): Record<string, string> {
  return { ...(init.headers as Record<string, string> | undefined) }
}

/** In the first of the content types that the operation takes. */
function bodyOf({ requestBody }: Operation): { headers: Record<string, string>; body: string } | undefined {
  const [first] = Object.entries(requestBody?.content ?? {})
  if (first === undefined) return undefined
  const [contentType, media] = first
  const example = exampleOf(media)
  const isText = contentType === 'text/plain' && typeof example === 'string'
  return { headers: { 'content-type': contentType }, body: isText ? example : JSON.stringify(example) }
}
