/**
 * Between our two ends, every way in which a presentation is asked for and answered: each client identifier prefix that a verifier goes by, each
 * response mode that a link can ask for, each format (OpenID4VP 1.0 §5.9, §8, appendix B). By the APIs of services as they are, in one process.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { startIssuer } from '@countersign/issuer/main'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { freePorts } from '@countersign/local-servers/ports'
import {
  PROVABLE_PREFIX_NAMES,
  type ProvablePrefixName,
} from '@countersign/protocol/openid4vp/request/client-id'
import {
  makeRequestKey,
  writeRequestEncryption,
} from '@countersign/protocol/openid4vp/request/request-encryption'
import { parseAuthorizationRequestUrl } from '@countersign/protocol/openid4vp/request/request-url'
import { POSTED_MODE_NAMES } from '@countersign/protocol/openid4vp/response/response-modes'
import type { RunningService } from '@countersign/service/compose/run-service'
import { startFaultyServer } from '@countersign/testing/client/faulty-server'
import { formatCases } from '@countersign/testing/client/formats'
import { call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import { newWalletUser, receive, tryToPresent, type WalletUser } from '@countersign/testing/client/wallet-api'
import { startVerifier } from '@countersign/verifier/main'
import { startWallet } from '@countersign/wallet/main'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ATTESTED, makeVerifierMeans, REGISTERED } from './verifier-means.ts'

const running: RunningService[] = []
const verifiers = new Map<ProvablePrefixName, string>()
/** One that is a did:web; the others that go by a DID are their key. */
let published: { readonly url: string; readonly did: string }
/** By format, the id of a credential that the user holds. */
const held = new Map<string, string>()
let folder: string
let user: WalletUser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-every-way-'))
  const [issuer = 0, wallet = 0, place = 0, ...ports] = await freePorts(3 + PROVABLE_PREFIX_NAMES.length)
  published = { url: `http://localhost:${place}`, did: `did:web:localhost%3A${place}` }
  const start = (port: number, ...flags: string[]) => ({
    argv: ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`, ...flags],
    env: {},
    cwd: folder,
    defaultPort: port,
  })
  running.push(await startIssuer(start(issuer)))
  const means = await makeVerifierMeans(folder)
  const document = {
    clientId: `decentralized_identifier:${published.did}`,
    name: 'The shop with a document',
  }
  running.push(await startWallet(start(wallet, ...means.walletFlags([document]))))
  for (const [at, prefix] of PROVABLE_PREFIX_NAMES.entries()) {
    const port = ports[at] ?? 0
    // The second mode where a call says nothing.
    const flags = [`--clientIdPrefix=${prefix}`, '--responseMode=direct_post.jwt']
    running.push(await startVerifier(start(port, ...flags, ...means.verifierFlags)))
    verifiers.set(prefix, `http://localhost:${port}`)
  }
  const flags = ['--clientIdPrefix=decentralized_identifier', `--verifierDid=${published.did}`]
  running.push(await startVerifier(start(place, ...flags, `--requestSigningKeyFile=${means.keyFile}`)))
  user = await newWalletUser(`http://localhost:${wallet}`)
  for (const { family, format, order } of formatCases) {
    const offer = await postJson(`http://localhost:${issuer}/openid4vc/${family}/issue`, order)
    const [credential] = await receive(user, expectStatus(offer, 200).text)
    held.set(format, credential?.id ?? '')
  }
}, 60_000)
afterAll(async () => {
  await Promise.all(running.map((one) => one.close()))
  await rm(folder, { recursive: true, force: true })
})

interface Asked {
  readonly verifier: string
  readonly query: object
  readonly headers?: Readonly<Record<string, string>>
}

async function asked({ headers, query, verifier }: Asked) {
  const body = { dcql_query: { credentials: [query] } }
  const started = await postJson(`${verifier}/openid4vc/verify`, body, {
    accept: 'application/json',
    ...headers,
  })
  const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
  return { id, url, ...(await requestIn(url)) }
}

/** The parameters, wherever they stand. */
async function requestIn(url: string): Promise<{ kind: string; payload: JsonObject }> {
  const reference = parseAuthorizationRequestUrl(url, 'loopback')
  if (!reference.ok) throw new Error(reference.error.code)
  const { kind } = reference.value
  if (reference.value.kind === 'unsigned') return { kind, payload: reference.value.parameters }
  const text =
    reference.value.kind === 'by_value'
      ? reference.value.request
      : (await call(reference.value.requestUri)).text
  const request = decodeJws(text, { maxLength: 65_536 })
  return { kind, payload: request.ok ? request.value.payload : {} }
}

/** Who the wallet's owner is told is asking: never what the verifier says of itself. */
const TRUST: Readonly<Record<ProvablePrefixName, object>> = {
  x509_hash: {
    trusted: true,
    name: expect.stringContaining('CN='),
    anchor: expect.stringContaining('development CA'),
  },
  x509_san_dns: {
    trusted: true,
    name: expect.stringContaining('CN='),
    anchor: expect.stringContaining('development CA'),
  },
  decentralized_identifier: {
    trusted: true,
    name: 'The shop with a DID',
    anchor: expect.stringContaining('localhost:'),
  },
  verifier_attestation: { trusted: true, name: ATTESTED, anchor: 'O=Countersign, CN=The attester' },
  redirect_uri: { trusted: false, reason: 'request_unsigned' },
  'pre-registered': {
    trusted: true,
    name: 'The registered shop',
    anchor: expect.stringContaining('localhost:'),
  },
}

const ways = PROVABLE_PREFIX_NAMES.flatMap((prefix) =>
  POSTED_MODE_NAMES.flatMap((mode) => formatCases.map((one) => [prefix, mode, one.format, one] as const)),
)

describe.each(ways)('asked by %s, answered by %s, %s', (prefix, mode, format, one) => {
  it('is verified, and shows what was asked and nothing else', async () => {
    const verifier = verifiers.get(prefix) ?? ''
    const { id, payload, url } = await asked({ verifier, query: one.query, headers: { responsemode: mode } })
    const clientId = prefix === 'pre-registered' ? `^${REGISTERED}$` : `^${prefix}:`
    expect(payload).toMatchObject({ response_mode: mode, client_id: expect.stringMatching(clientId) })
    await tryToPresent(user, url, [held.get(format) ?? ''])
    const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
    expect(result).toMatchObject({ state: 'verified', credentials: [{ format, claims: one.seen }] })
    const text = JSON.stringify(result['credentials'])
    for (const secret of one.withheld) expect(text).not.toContain(secret)
  })
})

describe('asked by a did:web', () => {
  it('the wallet finds the key in the document that the verifier serves', async () => {
    const { did, url } = published
    const document = expectStatus(await call(`${url}/.well-known/did.json`), 200).json()
    const [{ id: keyId } = {}] = document['verificationMethod'] as { id?: string }[]
    expect(document).toMatchObject({ id: did, authentication: [keyId], assertionMethod: [keyId] })
    const { payload, url: link } = await asked({ verifier: url, query: formatCases[0]?.query ?? {} })
    expect(payload['client_id']).toBe(`decentralized_identifier:${did}`)
    const fetched = await call(
      new URL(link.replace('openid4vp:', 'http:')).searchParams.get('request_uri') ?? '',
    )
    const request = decodeJws(fetched.text, { maxLength: 65_536 })
    expect(request).toMatchObject({ value: { header: { kid: keyId, typ: 'oauth-authz-req+jwt' } } })
    expect(request.ok && request.value.header).not.toHaveProperty('x5c')
  })

  it.each(
    (['direct_post', 'direct_post.jwt'] as const).flatMap((mode) =>
      formatCases.map((one) => [mode, one.format, one] as const),
    ),
  )('answered by %s, %s, it is verified', async (mode, format, one) => {
    const verifier = published.url
    const { id, url } = await asked({ verifier, query: one.query, headers: { responsemode: mode } })
    await tryToPresent(user, url, [held.get(format) ?? ''])
    const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
    expect(result).toMatchObject({ state: 'verified', credentials: [{ format, claims: one.seen }] })
  })

  it('the wallet shows it under the name that whoever runs the wallet gave it', async () => {
    const { url } = await asked({ verifier: published.url, query: formatCases[0]?.query ?? {} })
    const requests = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/requests`
    const opened = await postJson(requests, { request: url }, { authorization: `Bearer ${user.token}` })
    expect(expectStatus(opened, 201).json()['verifier']).toMatchObject({
      trust: { trusted: true, name: 'The shop with a document' },
    })
  })
})

describe('on its way to the wallet a request', () => {
  const [one] = formatCases

  /** Passes on what the wallet sends to the address of the request, or what is made of that, and keeps what comes back. */
  async function watched(verifier: string, changed: (form: URLSearchParams) => void = () => {}) {
    const { id, url } = await asked({ verifier, query: one?.query ?? {} })
    const link = new URL(url)
    const address = link.searchParams.get('request_uri') ?? ''
    const seen: string[] = []
    const between = await startFaultyServer(async ({ body }) => {
      const form = new URLSearchParams(body)
      changed(form)
      const answer = await postForm(address, form.toString())
      seen.push(answer.text)
      return { status: answer.status, body: answer.text }
    })
    try {
      link.searchParams.set('request_uri', `${between.url}/request`)
      await tryToPresent(user, link.href, [held.get(one?.format ?? '') ?? ''])
    } finally {
      await between.close()
    }
    return { seen, result: (await call(`${verifier}/openid4vc/session/${id}`)).json() }
  }

  it.each(PROVABLE_PREFIX_NAMES.filter((name) => name !== 'redirect_uri'))(
    'of %s is for the eyes of the wallet alone',
    async (prefix) => {
      const { result, seen } = await watched(verifiers.get(prefix) ?? '')
      expect(result).toMatchObject({ state: 'verified' })
      expect(seen).toHaveLength(1)
      // RFC 7516 §9: five parts, and nothing in the second where a key is agreed on directly.
      expect(seen[0]).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
    },
  )

  it('whose key was taken off is in the clear, and answered all the same', async () => {
    const verifier = verifiers.get('x509_hash') ?? ''
    const { result, seen } = await watched(verifier, (form) => form.delete('wallet_metadata'))
    expect(result).toMatchObject({ state: 'verified' })
    expect(seen[0]?.split('.')).toHaveLength(3)
  })

  it('whose key is of somebody else is not answered', async () => {
    const { key, keyId } = await makeRequestKey({ crypto: nodeCrypto, jwe: joseJwe })
    const verifier = verifiers.get('x509_hash') ?? ''
    const { result, seen } = await watched(verifier, (form) =>
      form.set('wallet_metadata', JSON.stringify(writeRequestEncryption({ key, keyId }))),
    )
    expect(seen[0]?.split('.')).toHaveLength(5)
    expect(result).toMatchObject({ state: 'requested' })
  })
})

it('is answered as the verifier is configured where a call says nothing', async () => {
  const [one] = formatCases
  for (const verifier of verifiers.values()) {
    const { payload } = await asked({ verifier, query: one?.query ?? {} })
    expect(payload['response_mode']).toBe('direct_post.jwt')
  }
})

it.each(PROVABLE_PREFIX_NAMES)('asked by %s the wallet shows who asks, and who says so', async (prefix) => {
  const { url } = await asked({ verifier: verifiers.get(prefix) ?? '', query: formatCases[0]?.query ?? {} })
  const requests = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/requests`
  const headers = { authorization: `Bearer ${user.token}` }
  const { id } = expectStatus(await postJson(requests, { request: url }, headers), 201).json()
  const shown = expectStatus(await call(`${requests}/${String(id)}`, { headers }), 200).json()
  expect(shown['verifier']).toMatchObject({ trust: TRUST[prefix] })
})

it.each(PROVABLE_PREFIX_NAMES)('asked by %s with the request in the link it is verified', async (prefix) => {
  const verifier = verifiers.get(prefix) ?? ''
  const [one] = formatCases
  const headers = { requestpassing: 'by_value', responsemode: 'direct_post' }
  const { id, kind, url } = await asked({ verifier, query: one?.query ?? {}, headers })
  expect(kind).toBe(prefix === 'redirect_uri' ? 'unsigned' : 'by_value')
  await tryToPresent(user, url, [held.get(one?.format ?? '') ?? ''])
  const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
  expect(result).toMatchObject({ state: 'verified' })
})

it('a request that nobody signs is not fetched, says so, and waits for its answer all the same', async () => {
  const verifier = verifiers.get('redirect_uri') ?? ''
  const { id } = await asked({ verifier, query: formatCases[0]?.query ?? {} })
  for (const fetched of [
    await call(`${verifier}/openid4vc/request/${id}`),
    await postForm(`${verifier}/openid4vc/request/${id}`, 'wallet_nonce=n'),
  ]) {
    expect(fetched.status).toBe(400)
    expect(fetched.text).toContain('it stands in the URL that opens the wallet')
  }
  expect((await call(`${verifier}/openid4vc/session/${id}`)).json()).toMatchObject({ state: 'created' })
})

it.each([
  ['answers elsewhere', { response_uri: 'http://localhost:9/answer' }],
  ['a name of somebody else', { client_id: 'x509_san_dns:localhost' }],
  ['a query that is no JSON', { dcql_query: '{' }],
  ['transaction data', { transaction_data: '[]' }],
  ['no nonce', { nonce: '' }],
])('a request that nobody signed is refused by the wallet with %s', async (_, changes) => {
  const verifier = verifiers.get('redirect_uri') ?? ''
  const { id, url } = await asked({ verifier, query: formatCases[0]?.query ?? {} })
  const changed = new URL(url)
  for (const [name, value] of Object.entries(changes)) changed.searchParams.set(name, value)
  const answer = await tryToPresent(user, changed.href, [held.get(formatCases[0]?.format ?? '') ?? ''])
  expect(answer.status).toBe(400)
  expect((await call(`${verifier}/openid4vc/session/${id}`)).json()).toMatchObject({ state: 'created' })
})

it('is asked under the prefix that a call names, where the verifier can show it', async () => {
  const [verifier = ''] = verifiers.values()
  for (const prefix of PROVABLE_PREFIX_NAMES) {
    const headers = { clientidprefix: prefix }
    const { payload } = await asked({ verifier, query: formatCases[0]?.query ?? {}, headers })
    expect(payload['client_id']).toMatch(prefix === 'pre-registered' ? REGISTERED : `${prefix}:`)
  }
})

it.each(['query', 'fragment', 'form_post', 'DIRECT_POST', ''])(
  'is not answered by %j, which says so',
  async (mode) => {
    const [verifier = ''] = verifiers.values()
    const body = { dcql_query: { credentials: [formatCases[0]?.query] } }
    const started = await postJson(`${verifier}/openid4vc/verify`, body, { responsemode: mode })
    expect(started.status).toBe(400)
    expect(started.text).toContain('direct_post, direct_post.jwt')
  },
)

describe('asked to authorise a payment', () => {
  const payment = {
    type: 'payment_data',
    credential_ids: [formatCases[0]?.query.id],
    payment_data: { payee: 'Shop', currency_amount: { currency: 'EUR', value: '23.58' } },
  }
  const begin = async (
    verifier: string,
    headers: Readonly<Record<string, string>>,
    entry: object = payment,
  ) => {
    const body = { dcql_query: { credentials: [formatCases[0]?.query] }, transaction_data: [entry] }
    return postJson(`${verifier}/openid4vc/verify`, body, { accept: 'application/json', ...headers })
  }
  const asWallet = (path: string, body: object) =>
    postJson(`${user.url}/wallet-api/wallet/${user.wallet}/exchange/${path}`, body, {
      authorization: `Bearer ${user.token}`,
    })

  it.each([
    ['x509_hash', 'direct_post.jwt', 'by_reference'],
    ['redirect_uri', 'direct_post', 'by_value'],
  ] as const)('by %s and %s, the wallet shows it, and the result says so', async (prefix, mode, passing) => {
    const verifier = verifiers.get(prefix) ?? ''
    const headers = { responsemode: mode, requestpassing: passing, clientidprefix: prefix }
    const { id, url } = expectStatus(await begin(verifier, headers), 200).json() as {
      id: string
      url: string
    }
    const opened = expectStatus(await asWallet('requests', { request: url }), 201).json()
    expect(opened['transactions']).toMatchObject([{ title: 'Payment', fields: [{ value: 'Shop' }, {}, {}] }])
    const { queryId } = (opened['queries'] as { queryId: string }[])[0] ?? {}
    const selections = [{ queryId, credentialId: held.get('dc+sd-jwt') }]
    const use = `requests/${String(opened['id'])}/use`
    const unseen = await asWallet(use, { selections })
    expect(unseen.status).toBe(400)
    expect(unseen.text).toContain('authorize')
    expect((await call(`${verifier}/openid4vc/session/${id}`)).json()['verificationResult']).toBeUndefined()
    const used = expectStatus(await asWallet(use, { selections, authorize: true }), 200).json()
    expect(used['state']).toBe('shared')
    const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
    expect(result).toMatchObject({
      state: 'verified',
      transactionData: [{ data: payment, authorizedBy: queryId }],
    })
  })

  it('the wallet refuses one that nobody signed and that says more than it shows, and the verifier hears it', async () => {
    const verifier = verifiers.get('redirect_uri') ?? ''
    const started = await begin(verifier, { clientidprefix: 'redirect_uri' })
    const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
    const changed = new URL(url)
    const entry = Buffer.from(JSON.stringify({ ...payment, tip: 5 })).toString('base64url')
    changed.searchParams.set('transaction_data', JSON.stringify([entry]))
    const answer = await asWallet('requests', { request: changed.href })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_transaction_data' })
    expect((await call(`${verifier}/openid4vc/session/${id}`)).json()).toMatchObject({
      attempts: [{ kind: 'declined', reason: 'invalid_transaction_data' }],
    })
  })

  it('in a format that cannot say it is refused when it is begun, by the name of the format', async () => {
    const [verifier = ''] = verifiers.values()
    for (const { format, query } of formatCases) {
      if (format.endsWith('sd-jwt')) continue
      const body = {
        dcql_query: { credentials: [query] },
        transaction_data: [{ ...payment, credential_ids: [query.id] }],
      }
      const started = await postJson(`${verifier}/openid4vc/verify`, body)
      expect(started.status).toBe(400)
      expect(started.text).toContain(`the format ${format}, which cannot carry transaction data`)
    }
  })
})
