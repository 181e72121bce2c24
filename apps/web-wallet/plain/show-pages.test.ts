/** The server of the pages without a script, before a wallet API that says what a test wants, and writes down what it was asked. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunningService } from '@countersign/service/compose/run-service'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWebWallet } from '../main.ts'
import { candidate, free, preview, query } from './preview.testing.ts'

interface Asked {
  readonly call: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Said {
  readonly status?: number
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string | string[]>>
  /** The connection ends without an answer. */
  readonly broken?: boolean
}

const session = {
  csrf: 'the-csrf',
  account: { id: 'a', name: 'Ada', email: 'ada@example.org' },
  expiresAt: '2026-12-29T09:30:00Z',
}
const listed = (id: string) => ({
  id,
  name: `Wallet ${id}`,
  createdOn: '2026-11-29T09:30:00Z',
  addedOn: '2026-11-29T09:30:00Z',
  permission: 'ADMINISTRATE',
})
const one = preview([query('pid', candidate('card'))])
const REQUESTS = '/wallet-api/wallet/w/exchange/requests'

const asked: Asked[] = []
let says: Record<string, Said>
let folder: string
let web: RunningService
const wallet = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const call = `${request.method} ${request.url}`
    asked.push({ call, headers: request.headers, body: Buffer.concat(chunks).toString() })
    const { broken, headers = {}, json, status = 200 } = says[call] ?? { status: 404, json: {} }
    if (broken === true) return void request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(json))
  })
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-plain-'))
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><link rel="stylesheet" crossorigin href="/assets/s-1.css">',
  )
  await new Promise<void>((resolve) => wallet.listen(0, '127.0.0.1', resolve))
  const walletUrl = `http://127.0.0.1:${(wallet.address() as AddressInfo).port}`
  const argv = ['--webPort=0', '--logLevel=silent', '--drainSeconds=0', `--walletUrl=${walletUrl}`]
  web = await startWebWallet({ argv, env: {}, cwd: folder, defaultPort: 0 }, folder)
})
afterAll(async () => {
  await web?.close()
  wallet.closeAllConnections()
  wallet.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  says = {
    'GET /wallet-api/auth/session': { json: { session } },
    'GET /wallet-api/wallet/accounts/wallets': { json: { account: 'a', wallets: [listed('w')] } },
    [`POST ${REQUESTS}`]: { status: 201, json: one },
    [`GET ${REQUESTS}/e`]: { json: one },
    [`POST ${REQUESTS}/e/use`]: { json: { ...one, state: 'shared' } },
    [`POST ${REQUESTS}/e/reject`]: { json: { ...one, state: 'declined' } },
  }
})
afterEach(() => void asked.splice(0))

const PAGE = '/wallet-api/authorize/w/e'
const link = 'openid4vp://authorize?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Fshop.example%2Fr'

function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  return fetch(web.url + path, { redirect: 'manual', headers: { 'accept-language': 'en', ...headers } })
}

function press(
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) {
  const sent = {
    origin: web.url,
    'sec-fetch-site': 'same-origin',
    cookie: 'login=t',
    'accept-language': 'en',
  }
  return fetch(web.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...sent, ...headers },
    body: new URLSearchParams(form),
  })
}

const selections = [{ queryId: 'pid', credentialId: 'card', optionalClaims: [] }]
const share = { csrf: 'c', selections: JSON.stringify(selections) }

const calls = () => asked.map(({ call }) => call)
const errorCode = (text: string) => /id="error" data-code="([^"]*)"/.exec(text)?.[1]

describe('a link', () => {
  it('is shown, and nobody is asked', async () => {
    const answer = await get(
      '/authorize?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Fshop.example%2Fr&lang=de',
    )
    const text = await answer.text()
    expect([answer.status, text.includes('Jemand hat Sie hierher geschickt')]).toEqual([200, true])
    expect(text).toContain(`name="request" value="${link.replaceAll('&', '&#38;')}"`)
    expect(text).toContain('<link rel="stylesheet" href="/assets/s-1.css">')
    expect(asked).toEqual([])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(answer.headers.get('content-security-policy')).not.toContain('script-src')
  })

  it.each([
    ['', 400],
    ['?client_id=a', 400],
    ['?request_uri=https%3A%2F%2Fa.example', 400],
    ['?client_id=a&request_uri=', 400],
    ['?client_id=a&response_type=vp_token', 200],
  ])('with the parameters %s answers %i', async (search, status) => {
    const answer = await get(`/authorize${search}`)
    expect(answer.status).toBe(status)
    if (status === 400) expect(errorCode(await answer.text())).toBe('request_missing')
  })

  it('may come as a form, from anywhere', async () => {
    const form = { client_id: 'x509_hash:abc', request_uri: 'https://shop.example/r' }
    const answer = await press('/authorize', form, {
      origin: 'https://shop.example',
      'sec-fetch-site': 'cross-site',
    })
    expect([answer.status, asked]).toEqual([200, []])
    expect(await answer.text()).toContain(`value="${link.replaceAll('&', '&#38;')}"`)
  })
})

describe('a look at it', () => {
  it('opens the request for whoever is there, with all that the browser says', async () => {
    const headers = { authorization: 'Bearer x', 'x-countersign-csrf': 'forged' }
    const answer = await press('/wallet-api/authorize', { request: link }, headers)
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      '/wallet-api/authorize/w/exchange-1',
    ])
    expect(calls()).toEqual([
      'GET /wallet-api/auth/session',
      'GET /wallet-api/wallet/accounts/wallets',
      `POST ${REQUESTS}`,
    ])
    const opening = asked.at(-1)
    expect(JSON.parse(opening?.body ?? '')).toEqual({ request: link })
    expect(opening?.headers).toMatchObject({
      cookie: 'login=t',
      origin: web.url,
      'sec-fetch-site': 'same-origin',
      'x-countersign-csrf': 'the-csrf',
      'content-type': 'application/json',
      'x-forwarded-for': expect.any(String),
    })
    for (const { headers: along } of asked) expect(along).not.toHaveProperty('authorization')
    expect(asked[0]?.headers).not.toHaveProperty('x-countersign-csrf')
  })

  it('asks which wallet where there are several, and takes none that is not there', async () => {
    says['GET /wallet-api/wallet/accounts/wallets'] = {
      json: { account: 'a', wallets: [listed('v'), listed('w')] },
    }
    for (const more of [{}, { wallet: 'x' }]) {
      const choosing = await press('/wallet-api/authorize', { request: link, ...more })
      expect([choosing.status, (await choosing.text()).match(/name="wallet"/g)?.length]).toEqual([200, 2])
    }
    const chosen = await press('/wallet-api/authorize', { request: link, wallet: 'w' })
    expect(chosen.headers.get('location')).toBe('/wallet-api/authorize/w/exchange-1')
  })

  it('asks a stranger to log in, and goes on with his log-in', async () => {
    says['GET /wallet-api/auth/session'] = { status: 401, json: {} }
    const stranger = await press('/wallet-api/authorize', { request: link })
    expect([stranger.status, (await stranger.text()).includes('id="log-in"')]).toEqual([401, true])
    asked.splice(0)
    const cookie = 'login=new; Path=/wallet-api; HttpOnly; SameSite=Strict'
    says['POST /wallet-api/auth/login'] = {
      json: { id: 'a', username: 'ada@example.org', session: { ...session, csrf: 'new-csrf' } },
      headers: { 'set-cookie': [cookie] },
    }
    const entered = await press('/wallet-api/authorize/login', {
      email: 'ada@example.org',
      password: 'correct',
      request: link,
    })
    expect([entered.status, entered.headers.get('location')]).toEqual([
      303,
      '/wallet-api/authorize/w/exchange-1',
    ])
    expect(entered.headers.getSetCookie()).toEqual([cookie])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      type: 'email',
      email: 'ada@example.org',
      password: 'correct',
      session: 'cookie',
    })
    expect(asked.at(-1)?.headers).toMatchObject({ cookie: 'login=new', 'x-countersign-csrf': 'new-csrf' })
  })

  it.each([
    [401, {}, 'E-mail or password are wrong.'],
    [403, { error: 'passwords_off' }, 'There are no passwords here.'],
    [403, {}, 'This did not work.'],
    [429, {}, 'Too many tries.'],
  ])('says why nobody gets in: %i %j', async (status, json, words) => {
    says['POST /wallet-api/auth/login'] = { status, json }
    const form = { email: 'a"b@example.org', password: 'wrong-one', request: link }
    const answer = await press('/wallet-api/authorize/login', form)
    const text = await answer.text()
    expect([answer.status, text.includes(words)]).toEqual([status, true])
    expect(text).toContain('value="a&#34;b@example.org"')
    expect(text).not.toContain('wrong-one')
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it.each<[Said, number, string, string]>([
    [
      { status: 400, json: { error: 'request_expired', message: 'It has expired' } },
      400,
      'request_expired',
      'This request cannot be opened.',
    ],
    [
      { status: 400, json: { error: 'invalid_transaction_data', message: 'unknown' } },
      400,
      'invalid_transaction_data',
      'something that this wallet does not understand',
    ],
    [
      { status: 502, json: { error: 'outgoing_unreachable' } },
      502,
      'outgoing_unreachable',
      'does not answer',
    ],
    [{ broken: true }, 503, 'temporarily_unavailable', 'does not answer at the moment'],
  ])('that goes wrong by %j is a page with a phrase that stays', async (said, status, code, words) => {
    says[`POST ${REQUESTS}`] = said
    const answer = await press('/wallet-api/authorize', { request: link })
    const text = await answer.text()
    expect([answer.status, errorCode(text)]).toEqual([status, code])
    expect(text).toContain('<h1>This request cannot be answered</h1>')
    expect(text).toContain(words)
  })
})

describe('the page of an open request', () => {
  it('asks, with what a press needs', async () => {
    const answer = await get(PAGE, { cookie: 'login=t' })
    const text = await answer.text()
    expect([answer.status, text.includes('Share 1 detail with')]).toEqual([200, true])
    expect(text).toContain('name="csrf" value="the-csrf"')
  })

  it.each<[string, Said, number, string]>([
    ['ended', { json: { ...one, expired: true } }, 410, 'This request has ended'],
    ['forgotten', { status: 404, json: { error: 'exchange_unknown' } }, 404, 'This request has ended'],
    ['shared', { json: { ...one, state: 'shared' } }, 200, 'data-state="shared"'],
    ['refused', { json: { ...one, state: 'refused' } }, 200, 'data-state="refused"'],
    ['under way', { json: { ...one, state: 'unfinished', expired: true } }, 200, 'The connection broke.'],
    ['not for any card', { json: { ...one, satisfiable: false } }, 200, 'You have no card that fits'],
  ])('that is %s', async (_what, said, status, words) => {
    says[`GET ${REQUESTS}/e`] = said
    const answer = await get(PAGE, { cookie: 'login=t' })
    expect([answer.status, (await answer.text()).includes(words)]).toEqual([status, true])
  })

  it('is for whoever is logged in, and keeps the place of who is not', async () => {
    says['GET /wallet-api/auth/session'] = { status: 401, json: {} }
    const answer = await get(PAGE)
    const text = await answer.text()
    expect(answer.status).toBe(401)
    expect(text).toContain('name="wallet" value="w"')
    expect(text).toContain('name="exchange" value="e"')
    expect(calls()).toEqual(['GET /wallet-api/auth/session'])
  })

  it.each(['..%2f..%2fauth/e', 'w/a%2fb', 'w/%2561', `w/${'x'.repeat(101)}`, 'w/a%00b', 'w/a.b'])(
    'at %s is none, and nobody is asked',
    async (path) => {
      const ways = [get(`/wallet-api/authorize/${path}`), press(`/wallet-api/authorize/${path}/use`, share)]
      for (const answer of await Promise.all(ways)) expect([400, 404]).toContain(answer.status)
      expect(asked).toEqual([])
    },
  )
})

describe('a decision', () => {
  it('is sent as it was shown, and a reload presses nothing', async () => {
    const answer = await press(`${PAGE}/use?lang=de`, { ...share, authorize: 'yes' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${PAGE}?lang=de`])
    expect(calls()).toEqual([`POST ${REQUESTS}/e/use`])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ selections, authorize: true })
    expect(asked[0]?.headers).toMatchObject({ 'x-countersign-csrf': 'c', cookie: 'login=t', origin: web.url })
  })

  it('authorises nothing that its form does not say', async () => {
    await press(`${PAGE}/use`, share)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ selections })
  })

  it.each([
    ['yes', true],
    ['no', false],
    [undefined, true],
  ])('is no, with answer %s', async (answer, told) => {
    await press(`${PAGE}/reject`, { csrf: 'c', ...(answer !== undefined && { answer }) })
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ answer: told })
  })

  it.each(['', '{', '[]', '{"a":1}', '[{"queryId":"pid"}]', `[${'1,'.repeat(100)}1]`])(
    'that is malformed (%s) asks nobody',
    async (text) => {
      const answer = await press(`${PAGE}/use`, { csrf: 'c', selections: text })
      expect([answer.status, errorCode(await answer.text()), asked]).toEqual([
        400,
        'selections_malformed',
        [],
      ])
    },
  )

  it('that somebody else made before leads to what was done', async () => {
    says[`POST ${REQUESTS}/e/use`] = { status: 409, json: { error: 'exchange_decided' } }
    says[`GET ${REQUESTS}/e`] = { json: { ...one, state: 'declined' } }
    const answer = await press(`${PAGE}/use`, share)
    expect(await answer.text()).toContain('data-state="declined"')
  })

  it('that is refused shows the question again, and says that nothing was shared', async () => {
    says[`POST ${REQUESTS}/e/use`] = { status: 403, json: { message: 'not from a page of ours' } }
    const answer = await press(`${PAGE}/use`, share)
    const text = await answer.text()
    expect([answer.status, text.includes('Nothing was shared.')]).toEqual([403, true])
    expect(text).toContain('name="csrf" value="the-csrf"')
  })

  it('that is refused is shown again as it was decided, and that is what its form sends', async () => {
    const choice = preview([
      query('pid', candidate('card'), candidate('other', { optional: [free('email')] })),
    ])
    says[`POST ${REQUESTS}/e/use`] = { status: 403, json: {} }
    says[`GET ${REQUESTS}/e`] = { json: choice }
    const decided = [{ queryId: 'pid', credentialId: 'other', optionalClaims: [['email']] }]
    const answer = await press(`${PAGE}/use`, { csrf: 'c', selections: JSON.stringify(decided) })
    const text = await answer.text()
    expect(text).toContain('Share 2 details')
    expect(text).toContain('email-value')
    const form = /name="selections" value="([^"]*)"/.exec(text)?.[1]?.replaceAll('&#34;', '"')
    expect(JSON.parse(form ?? '')).toEqual(decided)
  })

  it('whose answer was lost is offered again as it was', async () => {
    const other = [{ queryId: 'pid', credentialId: 'another', optionalClaims: [['email']] }]
    says[`POST ${REQUESTS}/e/use`] = { broken: true }
    says[`GET ${REQUESTS}/e`] = { json: { ...one, state: 'unfinished' } }
    const answer = await press(`${PAGE}/use`, { csrf: 'c', selections: JSON.stringify(other) })
    const text = await answer.text()
    expect([answer.status, text.includes('The connection broke.')]).toEqual([503, true])
    const kept = /name="selections" value="([^"]*)"/.exec(text)?.[1]?.replaceAll('&#34;', '"')
    expect(JSON.parse(kept ?? '')).toEqual(other)
    expect(calls().filter((call) => call.endsWith('/use'))).toHaveLength(1)
  })

  it('of 10 MB, or in another form, is none', async () => {
    const large = await press(`${PAGE}/use`, { csrf: 'x'.repeat(10_000_000) })
    expect(large.status).toBe(413)
    const json = await fetch(`${web.url}${PAGE}/use`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect([json.status, asked]).toEqual([415, []])
  })
})
