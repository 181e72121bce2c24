import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { didResolver } from '@countersign/did/did-resolver'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import {
  encryptRequestObject,
  makeRequestKey,
} from '@countersign/protocol/openid4vp/request/request-encryption'
import {
  authorizationRequestUrl,
  buildRequestObject,
  requestUrlByValue,
  signRequestObject,
} from '@countersign/protocol/openid4vp/request/request-object'
import {
  parseWalletMetadata,
  type WalletMetadata,
} from '@countersign/protocol/openid4vp/request/wallet-metadata'
import { didDocumentFetcher } from '@countersign/service/outgoing/did-documents'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { type Answer, type FaultyServer, startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, describe, expect, it } from 'vitest'
import { onBothDatabases, onSqlite } from '../testing/wallet.testing.ts'
import { fetchRequest } from './fetch-request.ts'

const open: FaultyServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

/** A verifier that is a did:web on a host of its own. */
async function webVerifier(
  wish: {
    readonly relationship?: string
    readonly lies?: boolean
    /** Members of its document, in place of what they are. */
    readonly changes?: (did: string) => object
  } = {},
) {
  const { changes, lies = false, relationship = 'authentication' } = wish
  const key = generateSoftwareKey('ES256')
  const place = { did: '', url: '' }
  const server = await startFaultyServer(async ({ path }) => {
    if (path === '/.well-known/did.json') return { status: 200, body: JSON.stringify(document()) }
    return { status: 200, body: await requestObject() }
  })
  open.push(server)
  place.url = server.url
  place.did = `did:web:${new URL(server.url).host.replace(':', '%3A')}`
  const client = `decentralized_identifier:${place.did}`

  function document() {
    const method = { id: '#k', type: 'JsonWebKey', controller: place.did, publicKeyJwk: bareKey(key) }
    const said = { id: place.did, verificationMethod: [method], [relationship]: ['#k'] }
    return { ...said, ...changes?.(place.did) }
  }

  function requestObject() {
    const now = Math.floor(Date.now() / 1000)
    const facts = {
      id: 'session-1',
      nonce: 'n-0S6_WzA2Mj',
      dcqlQuery: { credentials: [{ id: 'q', format: 'dc+sd-jwt', meta: { vct_values: ['t'] } }] },
      expiresAt: now + 300,
      clientId: client,
      answerMode: { mode: 'direct_post', responseUri: `${place.url}/answer` },
    } as const
    const payload = buildRequestObject(facts, { now, formats: [sdJwtVc] })
    const signing = lies ? generateSoftwareKey('ES256') : key
    const kid = `${place.did}#k`
    return signRequestObject(payload, { kid }, softwareSigner(signing, { keyId: kid }))
  }

  const requestUrl = authorizationRequestUrl(
    'openid4vp://authorize',
    client,
    `${server.url}/request/1`,
    'get',
  )
  return { ...server, ...place, requestUrl }
}

/** A verifier that is no verifier: it keeps what it was asked, and answers as it is told. */
async function strangeVerifier(answers: (path: string) => Answer) {
  const asked: { readonly path: string; readonly body: string; readonly headers: object }[] = []
  const server = await startFaultyServer(async ({ body, headers, path }) => {
    asked.push({ path, body, headers })
    return answers(path)
  })
  open.push(server)
  const requestUrl = (method: 'get' | 'post') =>
    authorizationRequestUrl(
      'openid4vp://authorize',
      'x509_san_dns:localhost',
      `${server.url}/request`,
      method,
    )
  return { asked, requestUrl }
}

onSqlite('fetching a request', (store) => {
  it.each([301, 302, 303, 307, 308])('does not go where a redirect leads: %i', async (status) => {
    const headers = { location: '/elsewhere' }
    const { asked, requestUrl } = await strangeVerifier(() => ({ status, body: '', headers }))
    for (const method of ['get', 'post'] as const)
      expect(await fetchRequest(store().instance(), requestUrl(method))).toMatchObject({
        error: { code: 'request_not_available', status },
      })
    expect(asked.map(({ path }) => path)).toEqual(['/request', '/request'])
  })

  it.each([204, 400, 404, 410, 500])('ends with an answer that is none: %i', async (status) => {
    const { requestUrl } = await strangeVerifier(() => ({ status, body: status === 204 ? '' : 'e30.e30.AA' }))
    expect(await fetchRequest(store().instance(), requestUrl('get'))).toMatchObject({
      error: { code: 'request_not_available', status },
    })
  })

  it('says what it takes, a nonce and what all such wallets say, and nothing of who fetches it', async () => {
    const { asked, requestUrl } = await strangeVerifier(() => ({ status: 404, body: '' }))
    for (const method of ['get', 'post', 'post'] as const)
      await fetchRequest(store().instance(), requestUrl(method))
    const [got, posted, postedAgain] = asked
    for (const one of asked) expect(one.headers).toMatchObject({ accept: 'application/oauth-authz-req+jwt' })
    const plain = ['accept', 'accept-encoding', 'connection', 'host']
    expect(Object.keys(got?.headers ?? {}).toSorted()).toEqual(plain)
    expect(Object.keys(posted?.headers ?? {}).toSorted()).toEqual(
      [...plain, 'content-length', 'content-type'].toSorted(),
    )
    const saidIn = (body = '') => {
      const { wallet_metadata = '{}', wallet_nonce, ...more } = Object.fromEntries(new URLSearchParams(body))
      expect(wallet_nonce).toMatch(/^[A-Za-z0-9_-]{22}$/)
      expect(more).toEqual({})
      const { jwks, ...said } = JSON.parse(wallet_metadata)
      return { said, key: jwks.keys[0].x }
    }
    const [first, second] = [saidIn(posted?.body), saidIn(postedAgain?.body)]
    expect(second.said).toEqual(first.said)
    expect(second.key).not.toBe(first.key)
  })
})

onBothDatabases('a request of a verifier that is a did:web', (store) => {
  it('is shown with its DID, vouched for by nobody', async () => {
    const wallet = store().instance()
    const { asked, did, requestUrl } = await webVerifier()
    expect(await fetchRequest(wallet, requestUrl)).toMatchObject({
      ok: true,
      value: { client: { original: did }, trust: { trusted: false, reason: 'did_unknown' } },
    })
    expect(asked).toEqual(['/request/1', '/.well-known/did.json'])
    const strict = { ...wallet, verifiers: { anchors: () => [], required: true } }
    expect(await fetchRequest(strict, requestUrl)).toMatchObject({ error: { code: 'verifier_untrusted' } })
  })

  it('is shown under the name that whoever runs the wallet gave it, for that very DID alone', async () => {
    const { did, requestUrl } = await webVerifier()
    const knowing = (clientId: string) => {
      const named = [[clientId, { name: 'The shop', anchor: 'this wallet', keys: [] }]] as const
      const verifiers = { anchors: () => [], known: new Map(named), required: true }
      return fetchRequest({ ...store().instance(), verifiers }, requestUrl)
    }
    expect(await knowing(`decentralized_identifier:${did}`)).toMatchObject({
      ok: true,
      value: { trust: { trusted: true, verifier: 'The shop', anchor: 'this wallet' } },
    })
    for (const another of [
      `decentralized_identifier:${did}:shop`,
      did,
      'decentralized_identifier:did:web:localhost',
    ])
      expect(await knowing(another)).toMatchObject({ error: { code: 'verifier_untrusted' } })
  })

  it('is refused when another key signed it', async () => {
    const { requestUrl } = await webVerifier({ lies: true })
    expect(await fetchRequest(store().instance(), requestUrl)).toMatchObject({
      error: { code: 'request_signature_refused' },
    })
  })

  it('is refused when the key is not for authentication, and when there is no document', async () => {
    const { requestUrl } = await webVerifier({ relationship: 'assertionMethod' })
    expect(await fetchRequest(store().instance(), requestUrl)).toMatchObject({
      error: { code: 'client_key_unreadable', reason: 'did_relationship_missing' },
    })
    const away = await webVerifier()
    away.failNext('/.well-known/did.json', 'unavailable', 1)
    expect(await fetchRequest(store().instance(), away.requestUrl)).toMatchObject({
      error: { code: 'client_key_unreadable', reason: 'did_not_found' },
    })
  })
})

onSqlite('a document that is not what the request says', (store) => {
  it.each([
    ['is of another DID', () => ({ id: 'did:web:other.example' }), 'did_document_of_another'],
    ['is of a path below it', (did: string) => ({ id: `${did}:shop` }), 'did_document_of_another'],
    ['is of nobody', () => ({ id: undefined }), 'did_document_of_another'],
    ['has no such key', () => ({ verificationMethod: [], authentication: [] }), 'did_url_names_no_key'],
    [
      'has a key of somebody else under that name',
      (did: string) => ({
        verificationMethod: [
          {
            id: `${did}#k`,
            type: 'JsonWebKey',
            controller: 'did:web:other.example',
            publicKeyJwk: bareKey(generateSoftwareKey('ES256')),
          },
        ],
      }),
      'did_key_unusable',
    ],
    ['is no document', () => ({ verificationMethod: 'k' }), 'did_document_malformed'],
  ])('%s', async (_, changes, reason) => {
    const { requestUrl } = await webVerifier({ changes })
    expect(await fetchRequest(store().instance(), requestUrl)).toMatchObject({
      error: { code: 'client_key_unreadable', reason },
    })
  })

  it('is not fetched without TLS where that is not allowed, as in production', async () => {
    const { asked, requestUrl } = await webVerifier()
    const wallet = store().instance()
    const remote = createRemote({ allowHttp: false, allowPrivateAddresses: true, timeoutMs: 5_000 })
    const fetchDocument = didDocumentFetcher(remote, { allowHttp: false })
    const keyOf = didResolver({ fetchDocument, now: wallet.now })
    const strict = { ...wallet, dids: { fetchDocument, keyOf } }
    expect(await fetchRequest(strict, requestUrl)).toMatchObject({
      error: { code: 'client_key_unreadable', reason: 'did_not_found' },
    })
    expect(asked).toEqual(['/request/1'])
    await remote.close()
  })
})

interface Fetched {
  readonly walletNonce: string
  readonly metadata: WalletMetadata
  /** Of this fetch, signed. */
  readonly signed: string
}

/** A verifier that is a did:jwk, and answers whoever fetches its request as the test says. */
async function fetchedVerifier(answer: (fetched: Fetched) => Promise<string> | string, more: object = {}) {
  const key = generateSoftwareKey('ES256')
  const did = didFromKey('jwk', bareKey(key))
  const client = `decentralized_identifier:${did}`
  const forms: string[] = []
  const server = await startFaultyServer(async ({ body }) => {
    forms.push(body)
    const form = new URLSearchParams(body)
    const walletNonce = form.get('wallet_nonce') ?? ''
    const metadata = parseWalletMetadata(form.get('wallet_metadata') ?? '{}')
    if (!metadata.ok) return { status: 400, body: metadata.error.code }
    const signed = await requestObject(walletNonce === '' ? undefined : walletNonce)
    return { status: 200, body: await answer({ walletNonce, metadata: metadata.value, signed }) }
  })
  open.push(server)

  async function requestObject(walletNonce: string | undefined) {
    const now = Math.floor(Date.now() / 1000)
    const facts = {
      id: 'session-1',
      nonce: 'n-0S6_WzA2Mj',
      dcqlQuery: { credentials: [{ id: 'q', format: 'dc+sd-jwt', meta: { vct_values: ['t'] } }] },
      expiresAt: now + 300,
      clientId: client,
      answerMode: { mode: 'direct_post', responseUri: `${server.url}/answer` },
    } as const
    const payload = { ...buildRequestObject(facts, { now, formats: [sdJwtVc], walletNonce }), ...more }
    const kid = `${did}#0`
    return signRequestObject(payload, { kid }, softwareSigner(key, { keyId: kid }))
  }

  const url = (method: 'get' | 'post') =>
    authorizationRequestUrl('openid4vp://authorize', client, `${server.url}/request/1`, method)
  const byValue = (request: string) => requestUrlByValue('openid4vp://authorize', client, request)
  return { ...server, forms, url, byValue, requestObject }
}

/** For the key that the wallet sent with this fetch. */
async function encrypted({ metadata, signed }: Fetched, text = signed): Promise<string> {
  if (metadata.encryption === undefined) throw new Error('the wallet sent no key')
  return encryptRequestObject(text, metadata.encryption, joseJwe)
}

onBothDatabases('a request that is encrypted for the wallet', (store) => {
  it('is read, by a key that no other request has seen', async () => {
    const { forms, url } = await fetchedVerifier((fetched) => encrypted(fetched))
    for (let time = 0; time < 2; time++) {
      const read = await fetchRequest(store().instance(), url('post'))
      expect(read).toMatchObject({ ok: true, value: { nonce: 'n-0S6_WzA2Mj', state: 'session-1' } })
    }
    const sent = forms.map((form) => JSON.parse(new URLSearchParams(form).get('wallet_metadata') ?? ''))
    const keys = sent.map(({ jwks }) => jwks.keys)
    expect(keys).toMatchObject([[{ use: 'enc' }], [{ use: 'enc' }]])
    expect(keys[0][0].x).not.toBe(keys[1][0].x)
    expect(JSON.stringify(keys)).not.toContain('"d"')
  })

  it('is read in the clear too, where the verifier does not encrypt', async () => {
    const { url } = await fetchedVerifier(({ signed }) => signed)
    expect(await fetchRequest(store().instance(), url('post'))).toMatchObject({ ok: true })
  })

  it('is read after the first try was cut off', async () => {
    const { failNext, forms, url } = await fetchedVerifier((fetched) => encrypted(fetched))
    failNext('/request/1', 'after', 1)
    expect(await fetchRequest(store().instance(), url('post'))).toMatchObject({ ok: true })
    expect(forms).toHaveLength(2)
    expect(forms[0]).toBe(forms[1])
  })

  it('is read when it is as large as one in the clear may be, and no larger', async () => {
    // Its signature, header and other members take less than two thousand characters.
    const filled = (bytes: number) =>
      fetchedVerifier((fetched) => encrypted(fetched), { filler: 'x'.repeat((bytes * 3) / 4) })
    const wallet = store().instance()
    const large = await filled(63_000)
    expect(await fetchRequest(wallet, large.url('post'))).toMatchObject({ ok: true })
    const larger = await filled(66_000)
    expect(await fetchRequest(wallet, larger.url('post'))).toMatchObject({ ok: false })
  })
})

describe('what is no encrypted request of this fetch', () => {
  const strange = async () => makeRequestKey({ crypto: nodeCrypto, jwe: joseJwe })

  onSqlite('is refused', (store) => {
    it.each([
      [
        'for the key of another wallet',
        async ({ signed }: Fetched) => {
          const { key, keyId } = await strange()
          return encryptRequestObject(signed, { key, keyId, content: 'A256GCM' }, joseJwe)
        },
        { code: 'request_undecryptable', reason: 'jwe_key_unknown' },
      ],
      [
        'for another key, under the name of this one',
        async ({ metadata, signed }: Fetched) => {
          const keyId = metadata.encryption?.keyId
          return encryptRequestObject(signed, { ...(await strange()), keyId, content: 'A256GCM' }, joseJwe)
        },
        { code: 'request_undecryptable', reason: 'jwe_undecryptable' },
      ],
      [
        'without a signature within',
        (fetched: Fetched) => encrypted(fetched, '{"client_id":"x"}'),
        { code: 'request_malformed' },
      ],
      [
        'encrypted twice',
        async (fetched: Fetched) => encrypted(fetched, await encrypted(fetched)),
        { code: 'request_malformed' },
      ],
      [
        'cut off',
        async (fetched: Fetched) => (await encrypted(fetched)).slice(0, -10),
        { code: 'request_undecryptable', reason: 'jwe_undecryptable' },
      ],
      [
        'packed',
        async (fetched: Fetched) => {
          const [header = '', ...rest] = (await encrypted(fetched)).split('.')
          const said = JSON.parse(Buffer.from(header, 'base64url').toString())
          const zipped = Buffer.from(JSON.stringify({ ...said, zip: 'DEF' })).toString('base64url')
          return [zipped, ...rest].join('.')
        },
        { code: 'request_undecryptable', reason: 'jwe_algorithm_unsupported' },
      ],
    ])('%s', async (_, answer, error) => {
      const { url } = await fetchedVerifier(answer)
      expect(await fetchRequest(store().instance(), url('post'))).toMatchObject({ ok: false, error })
    })

    it('with the answer to another fetch within: its nonce is not this one', async () => {
      let first: string | undefined
      const { url } = await fetchedVerifier((fetched) => {
        first ??= fetched.signed
        return encrypted(fetched, first)
      })
      const wallet = store().instance()
      expect(await fetchRequest(wallet, url('post'))).toMatchObject({ ok: true })
      expect(await fetchRequest(wallet, url('post'))).toMatchObject({
        error: { code: 'wallet_nonce_differs' },
      })
    })

    it('where no key was sent: fetched by GET, and in the link itself', async () => {
      const { key, keyId } = await strange()
      const forAnybody = ({ signed }: Pick<Fetched, 'signed'>) =>
        encryptRequestObject(signed, { key, keyId, content: 'A256GCM' }, joseJwe)
      const { byValue, forms, requestObject, url } = await fetchedVerifier(forAnybody)
      const unasked = { ok: false, error: { code: 'request_encrypted_unasked' } }
      expect(await fetchRequest(store().instance(), url('get'))).toEqual(unasked)
      expect(forms).toEqual([''])
      const inLink = byValue(await forAnybody({ signed: await requestObject(undefined) }))
      expect(await fetchRequest(store().instance(), inLink)).toEqual(unasked)
    })
  })
})
