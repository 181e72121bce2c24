import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { bareKey } from '@countersign/crypto/jwk'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import {
  authorizationRequestUrl,
  buildRequestObject,
  signRequestObject,
} from '@countersign/protocol/openid4vp/request/request-object'
import { type Answer, type FaultyServer, startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, expect, it } from 'vitest'
import { onBothDatabases, onSqlite } from '../testing/wallet.testing.ts'
import { fetchRequest } from './fetch-request.ts'

const open: FaultyServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

/** A verifier that is a did:web on a host of its own. */
async function webVerifier(wish: { readonly relationship?: string; readonly lies?: boolean } = {}) {
  const { lies = false, relationship = 'authentication' } = wish
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
    return { id: place.did, verificationMethod: [method], [relationship]: ['#k'] }
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

  it('says what it takes and a nonce, and nothing of who fetches it', async () => {
    const { asked, requestUrl } = await strangeVerifier(() => ({ status: 404, body: '' }))
    for (const method of ['get', 'post'] as const) await fetchRequest(store().instance(), requestUrl(method))
    const [got, posted] = asked
    for (const one of asked) expect(one.headers).toMatchObject({ accept: 'application/oauth-authz-req+jwt' })
    const plain = ['accept', 'accept-encoding', 'connection', 'host']
    expect(Object.keys(got?.headers ?? {}).toSorted()).toEqual(plain)
    expect(Object.keys(posted?.headers ?? {}).toSorted()).toEqual(
      [...plain, 'content-length', 'content-type'].toSorted(),
    )
    expect(posted?.body).toMatch(/^wallet_nonce=[A-Za-z0-9_-]{22}$/)
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
