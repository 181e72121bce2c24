/**
 * The management of issued credentials: ids and places that lead nowhere, statuses that there are not, and a way back
 * from what is final. Afterwards the credential has the status that it had.
 */
import assert from 'node:assert/strict'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { unknownId } from '@countersign/testing/client/protocol-wallet'
import { type BadInput, chapter, expectRefused, type RunnableCase, type Stage } from '../case.ts'
import { grant, offerOfIssuer, takeCredential } from '../stages.ts'
import { RawText, send, sendJson, type TimedAnswer } from '../wire.ts'
import type { World } from '../world.ts'

export interface Issued {
  readonly id: string
  readonly sessionId: string
  readonly issuerUrl: string
  readonly listUri: string
  readonly index: number
}

async function issueAt(issuerUrl: string): Promise<Issued> {
  const offered = await offerOfIssuer(issuerUrl)
  await takeCredential(await grant(offered))
  const listed = expectStatus(await call(`${issuerUrl}/openid4vc/credentials?sessionId=${offered.id}`), 200)
  const [view] = JSON.parse(listed.text) as { id: string; statusLists: { uri: string; index: number }[] }[]
  const [place] = view?.statusLists ?? []
  if (view === undefined || place === undefined) throw new Error(`no status in: ${listed.text}`)
  return { id: view.id, sessionId: offered.id, issuerUrl, listUri: place.uri, index: place.index }
}

async function viewOf({ id, issuerUrl }: Issued): Promise<Record<string, unknown>> {
  return expectStatus(await call(`${issuerUrl}/openid4vc/credentials/${id}`), 200).json()
}

const untouched = new WeakMap<World, Promise<Issued>>()

/** A credential that counts, before and after; so one serves all cases. */
export const issued: Stage<Issued> = {
  prepare(world) {
    const known = untouched.get(world) ?? issueAt(world.issuer.url)
    untouched.set(world, known)
    return known
  },
  goOn: async (at) => {
    const view = await viewOf(at)
    assert.equal(view['status'], 'valid')
    assert.equal(view['statusChangedAt'], undefined)
  },
}

/** Revoked, and staying so. */
const revoked: Stage<Issued> = {
  async prepare({ issuer }) {
    const at = await issueAt(issuer.url)
    const url = `${at.issuerUrl}/openid4vc/credentials/${at.id}/status`
    expectStatus(await postJson(url, { status: 'revoked' }), 200)
    return at
  },
  goOn: async (at) => assert.equal((await viewOf(at))['status'], 'revoked'),
}

function put(at: Issued, path: string, body: unknown, method = 'POST'): Promise<TimedAnswer> {
  if (method === 'POST') return sendJson(`${at.issuerUrl}/openid4vc/credentials${path}`, body)
  const headers = { 'content-type': 'application/json' }
  return send(`${at.issuerUrl}/openid4vc/credentials${path}`, { method, headers, body: JSON.stringify(body) })
}

export type Refused = Pick<BadInput<Issued>, 'status' | 'message'>

const unknown: Refused = { status: 404, message: /^No issued credential found$/ }
const malformed: Refused = { status: 400, message: /^body/ }
const badQuery: Refused = { status: 400, message: /querystring/ }
const final: Refused = { status: 409, message: /revoked, which is final/ }

const ids = [
  unknownId(),
  "' OR '1'='1",
  "x'; DROP TABLE issued_credentials; --",
  '%',
  '*',
  '../../status/token/x',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '__proto__',
  'constructor',
  '[object Object]',
  'é'.repeat(20),
]

const lookUps: readonly BadInput<Issued>[] = ids.flatMap((id) => {
  const inPath = id.includes('%') && id !== '%' ? id : encodeURIComponent(id)
  return [
    {
      name: `the credential ${id.slice(0, 40)}`,
      ...unknown,
      send: (at) => send(`${at.issuerUrl}/openid4vc/credentials/${inPath}`),
    },
    {
      name: `the status of ${id.slice(0, 40)}`,
      ...unknown,
      send: (at) => put(at, `/${inPath}/status`, { status: 'revoked' }),
    },
  ] satisfies BadInput<Issued>[]
})

const query = (
  name: string,
  text: string | ((at: Issued) => string),
  refusal = badQuery,
): BadInput<Issued> => ({
  name,
  ...refusal,
  send: (at) => send(`${at.issuerUrl}/openid4vc/credentials${typeof text === 'string' ? text : text(at)}`),
})

const queries: readonly BadInput<Issued>[] = [
  query('no question', ''),
  query('an empty session', '?sessionId='),
  query('two sessions', '?sessionId=a&sessionId=b'),
  query('a session of 300 characters', `?sessionId=${'a'.repeat(300)}`),
  query('a session and a place', ({ sessionId }) => `?sessionId=${sessionId}&statusListIndex=0`),
  query('an index without a list', '?statusListIndex=0'),
  query('a list without an index', '?statusListUri=http://127.0.0.1/'),
  query('a negative index', ({ listUri }) => `?statusListUri=${listUri}&statusListIndex=-1`),
  query('an index with a fraction', ({ listUri }) => `?statusListUri=${listUri}&statusListIndex=0.5`),
  query('an index beyond exact numbers', ({ listUri }) => `?statusListUri=${listUri}&statusListIndex=1e300`),
  query('an index that is a text', ({ listUri }) => `?statusListUri=${listUri}&statusListIndex=x`),
  query('two indices', ({ listUri }) => `?statusListUri=${listUri}&statusListIndex=0&statusListIndex=1`),
  query('a list of 3000 characters', `?statusListUri=${'a'.repeat(3000)}&statusListIndex=0`),
  query('a further condition', ({ sessionId }) => `?sessionId=${sessionId}&format=x`),
]

const change = (name: string, body: unknown, refusal: Refused = malformed): readonly BadInput<Issued>[] =>
  ['POST', 'PUT'].map((method) => ({
    name: `${method}, ${name}`,
    ...refusal,
    send: (at) => put(at, `/${at.id}/status`, body, method),
  }))

const changes: readonly BadInput<Issued>[] = [
  ...change('nothing', {}),
  ...change('a list', []),
  ...change('a text', 'revoked'),
  ...change('null', null),
  ...change('no status', { statusText: 'revoked' }),
  ...change('a status that there is not', { status: 'expired' }),
  ...change('a status in other letters', { status: 'REVOKED' }),
  ...change('a status that is a number', { status: 1 }),
  ...change('statuses in a list', { status: ['revoked'] }),
  ...change('a status that is inherited', { status: 'constructor' }),
  {
    name: 'a status twice',
    status: 400,
    message: /twice/,
    send: (at) => put(at, `/${at.id}/status`, new RawText('{"status":"valid","status":"revoked"}')),
  },
]

const place = (
  name: string,
  make: (at: Issued, world: World) => object | Promise<object>,
  refusal: Refused = malformed,
): BadInput<Issued> => ({
  name,
  ...refusal,
  send: async (at, world) => {
    const good = { statusListUri: at.listUri, statusListIndex: at.index, status: 'revoked' }
    return put(at, '/status', { ...good, ...(await make(at, world)) })
  },
})

const INDICES = 131_072

/** The next one may be somebody else's: places are given out by chance. */
async function freeIndex({ index, issuerUrl, listUri }: Issued): Promise<number> {
  for (let next = (index + 1) % INDICES; ; next = (next + 1) % INDICES) {
    const query = new URLSearchParams({ statusListUri: listUri, statusListIndex: `${next}` })
    const found = expectStatus(await call(`${issuerUrl}/openid4vc/credentials?${query.toString()}`), 200)
    if ((JSON.parse(found.text) as unknown[]).length === 0) return next
  }
}

const places: readonly BadInput<Issued>[] = [
  place('no list', () => ({ statusListUri: undefined })),
  place('a list that is a number', () => ({ statusListUri: 7 })),
  place('no index', () => ({ statusListIndex: undefined })),
  place('no index at all', () => ({ statusListIndex: null })),
  place('an index of no characters', () => ({ statusListIndex: '' })),
  place('an index that is a list', () => ({ statusListIndex: [] })),
  place('an index that is true', () => ({ statusListIndex: true })),
  place('an index in hexadecimal', () => ({ statusListIndex: '0x10' })),
  place('an index backwards', () => ({ statusListIndex: -1 })),
  place('an index with a fraction', () => ({ statusListIndex: 0.5 })),
  place('an index in words', () => ({ statusListIndex: 'first' })),
  place('a status that there is not', () => ({ status: 'gone' })),
  place('an index that nobody has', async (at) => ({ statusListIndex: await freeIndex(at) }), unknown),
  place('an index behind the last', () => ({ statusListIndex: INDICES }), unknown),
  place('an index without end', () => ({ statusListIndex: Number.MAX_SAFE_INTEGER }), unknown),
  place(
    'a list that there is not',
    () => ({ statusListUri: `http://127.0.0.1/status/token/${unknownId()}` }),
    unknown,
  ),
  place('an address that is no list', () => ({ statusListUri: 'http://127.0.0.1/nothing' }), unknown),
  place(
    'an address with something behind it',
    ({ listUri }) => ({ statusListUri: `${listUri}' --` }),
    unknown,
  ),
  place(
    'a list of another issuer',
    async ({ index }, { foreignIssuer }) => ({
      statusListUri: (await issueAt(foreignIssuer.url)).listUri,
      statusListIndex: index,
    }),
    unknown,
  ),
]

/** What is final stays so, by every way that leads to it. */
const returns: readonly BadInput<Issued>[] = ['valid', 'suspended'].flatMap((status) => [
  ...change(`revoked to ${status}`, { status }, final),
  place(`revoked to ${status}, by its place`, () => ({ status }), final),
])

const withoutStatus: RunnableCase = {
  name: 'a credential without a status cannot be revoked',
  async run({ issuer }) {
    const offered = await offerOfIssuer(issuer.url, { status: false })
    await takeCredential(await grant(offered))
    const listed = await call(`${issuer.url}/openid4vc/credentials?sessionId=${offered.id}`)
    const [view] = JSON.parse(listed.text) as { id: string; status?: string }[]
    assert.equal(view?.status, undefined)
    const answer = await sendJson(`${issuer.url}/openid4vc/credentials/${view?.id}/status`, {
      status: 'revoked',
    })
    expectRefused(answer, { status: 409, message: /issued without a status/ })
  },
}

const foreign: RunnableCase = {
  name: 'a credential of another deployment is unknown here, and untouched there',
  async run({ foreignIssuer, issuer }) {
    const theirs = await issueAt(foreignIssuer.url)
    const url = `${issuer.url}/openid4vc/credentials/${theirs.id}/status`
    expectRefused(await sendJson(url, { status: 'revoked' }), unknown)
    expectRefused(await send(`${issuer.url}/openid4vc/credentials/${theirs.id}`), unknown)
    assert.equal(
      expectStatus(await call(`${issuer.url}/openid4vc/credentials?sessionId=${theirs.sessionId}`), 200).text,
      '[]',
    )
    assert.equal((await viewOf(theirs))['status'], 'valid')
  },
}

export const issuedCredentialChapters = [
  chapter('issued credentials that are looked up', issued, lookUps),
  chapter('issued credentials, questions', issued, queries),
  chapter('issued credentials, another status', issued, changes),
  chapter('issued credentials, another status for a place', issued, places),
  chapter('issued credentials that are revoked', revoked, returns),
  { name: 'issued credentials of others', cases: [withoutStatus, foreign] },
]
