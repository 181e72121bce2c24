/**
 * Our verifier as a wallet meets it that is built on `@openid4vc/openid4vp`: the request by reference, its client and its signature, the answer in the
 * clear and encrypted (OpenID4VP 1.0 §5, §8), by links and through a browser (appendix A). The library makes and reads every message and encrypts by a `jose` of its own; the
 * credential and its presentation are ours.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { type Held, presentation } from '@countersign/testing/client/protocol-wallet'
import { startVerifier } from '@countersign/verifier/main'
import { type CallbackContext, setGlobalConfig } from '@openid4vc/oauth2'
import { type Openid4vpAuthorizationRequest, Openid4vpClient, Openid4vpVerifier } from '@openid4vc/openid4vp'
import { CompactEncrypt, compactVerify, exportJWK, importJWK, importX509, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const running: { close(): Promise<unknown> }[] = []
let folder: string
let verifier: string
let held: Held

beforeAll(async () => {
  // Its schemas want https otherwise.
  setGlobalConfig({ allowInsecureUrls: true })
  folder = await mkdtemp(join(tmpdir(), 'countersign-presentation-'))
  const [issuerPort = 0, verifierPort = 0] = await freePorts(2)
  const flags = ['--logLevel=silent', '--senderRequestsPerSecond=0', `--data=${folder}`]
  const start = { env: {}, cwd: folder }
  const issuerArgv = [...flags, `--webPort=${issuerPort}`]
  running.push(await startIssuer({ ...start, argv: issuerArgv, defaultPort: issuerPort }))
  const verifierArgv = [...flags, `--webPort=${verifierPort}`]
  running.push(await startVerifier({ ...start, argv: verifierArgv, defaultPort: verifierPort }))
  verifier = `http://localhost:${verifierPort}`
  held = await issue(`http://localhost:${issuerPort}`)
})
afterAll(async () => {
  await Promise.all(running.map((one) => one.close()))
  await rm(folder, { recursive: true, force: true })
})

const verifyJwt: CallbackContext['verifyJwt'] = async (signer, { compact }) => {
  if (signer.method === 'did') {
    const signerJwk = keyOfDidJwk(signer.didUrl)
    await compactVerify(compact, await importJWK(signerJwk, signer.alg))
    return { verified: true, signerJwk }
  }
  if (signer.method !== 'x5c') throw new Error(`no way to believe ${signer.method}`)
  const pem = `-----BEGIN CERTIFICATE-----\n${signer.x5c[0]}\n-----END CERTIFICATE-----`
  const key = await importX509(pem, signer.alg)
  await compactVerify(compact, key)
  return { verified: true, signerJwk: (await exportJWK(key)) as { kty: string } }
}

/** A did:jwk is its key; read here without anything of ours. */
function keyOfDidJwk(didUrl: string): JWK & { kty: string } {
  const [, encoded = ''] = /^did:jwk:([\w-]+)#0$/.exec(didUrl) ?? []
  return JSON.parse(Buffer.from(encoded, 'base64url').toString())
}

const encryptJwe: CallbackContext['encryptJwe'] = async ({ alg, enc, publicJwk }, data) => {
  const jwe = await new CompactEncrypt(new TextEncoder().encode(data))
    .setProtectedHeader({ alg, enc, ...(publicJwk.kid !== undefined && { kid: publicJwk.kid }) })
    .encrypt(await importJWK(publicJwk as JWK, alg))
  return { encryptionJwk: publicJwk, jwe }
}

const callbacks: ConstructorParameters<typeof Openid4vpClient>[0]['callbacks'] = {
  verifyJwt,
  encryptJwe,
  hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
  getX509CertificateMetadata: (certificate) => ({
    sanDnsNames: namesIn(certificate, /DNS:([^,]+)/g),
    sanUriNames: namesIn(certificate, /URI:([^,]+)/g),
  }),
  signJwt: () => Promise.reject(new Error('nothing is signed by the wallet itself')),
  decryptJwe: () => Promise.reject(new Error('nothing is encrypted for the wallet')),
}

const wallet = new Openid4vpClient({ callbacks })

function namesIn(certificate: string, pattern: RegExp): string[] {
  const { subjectAltName = '' } = new X509Certificate(Buffer.from(certificate, 'base64'))
  return [...subjectAltName.matchAll(pattern)].map(([, name = '']) => name)
}

interface Begun {
  readonly id: string
  readonly request: Openid4vpAuthorizationRequest
}

async function begin(responseMode: string, prefix = 'x509_hash', more: object = {}): Promise<Begun> {
  const headers = { accept: 'application/json', responsemode: responseMode, clientidprefix: prefix, ...more }
  const started = await postJson(`${verifier}/openid4vc/verify`, { dcql_query: identityQuery }, headers)
  const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
  const { params } = wallet.parseOpenid4vpAuthorizationRequest({ authorizationRequest: url })
  const resolved = await wallet.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: params })
  expect(resolved).toMatchObject({ client: { prefix }, dcql: { query: identityQuery } })
  return { id, request: resolved.authorizationRequestPayload as Openid4vpAuthorizationRequest }
}

async function answer(request: Openid4vpAuthorizationRequest, enc: string) {
  const { client_id: clientId, nonce } = request
  return answerThrough(request, { clientId, nonce }, enc)
}

type AnyRequest = Parameters<
  typeof wallet.createOpenid4vpAuthorizationResponse
>[0]['authorizationRequestPayload']

/** `origin`: of the page that a browser called the wallet for. */
async function answerThrough(
  request: AnyRequest,
  bound: { readonly clientId: string; readonly nonce: string },
  enc: string,
  origin?: string,
) {
  const shown = await presentation(bound, held, [['given_name'], ['family_name']])
  const [{ id: queryId } = { id: '' }] = identityQuery.credentials
  const isEncrypted = request.response_mode?.endsWith('.jwt') === true
  return wallet.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: { vp_token: { [queryId]: [shown] } },
    ...(origin !== undefined && { origin }),
    ...(isEncrypted && {
      jarm: {
        encryption: { nonce: bound.nonce },
        serverMetadata: {
          authorization_signing_alg_values_supported: [],
          authorization_encryption_alg_values_supported: ['ECDH-ES'],
          authorization_encryption_enc_values_supported: [enc],
        },
      },
    }),
  })
}

async function isVerified({ id, request }: Begun, enc: string) {
  const { authorizationResponsePayload, jarm } = await answer(request, enc)
  expect(jarm !== undefined).toBe(request.response_mode === 'direct_post.jwt')
  const { response } = await wallet.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload,
    ...(jarm !== undefined && { jarm: { responseJwt: jarm.responseJwt } }),
  })
  expect(response.status).toBe(200)
  const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
  expect(result).toMatchObject({ state: 'verified', credentials: [{ claims: { given_name: 'Ada' } }] })
}

describe.each([
  ['direct_post', ''],
  ['direct_post.jwt', 'A128GCM'],
  ['direct_post.jwt', 'A256GCM'],
])('a wallet that answers by %s %s', (mode, enc) => {
  it.each(['x509_hash', 'x509_san_dns', 'decentralized_identifier', 'redirect_uri'])(
    'and is asked by %s is verified',
    async (prefix) => isVerified(await begin(mode, prefix), enc),
  )
})

it.each(['x509_hash', 'x509_san_dns', 'decentralized_identifier'])(
  'a wallet that is asked by %s, with the request in the link, is verified',
  async (prefix) => isVerified(await begin('direct_post', prefix, { requestpassing: 'by_value' }), ''),
)

/** Its transaction data is read by the library as the wallet's side reads it, and our hashes as a verifier's does. */
it.each([[undefined], [['sha-512', 'sha-384']]])(
  'asks to authorise by %j, and is understood',
  async (hashes) => {
    const [{ id: queryId } = { id: '' }] = identityQuery.credentials
    const payment = {
      type: 'payment_data',
      credential_ids: [queryId],
      ...(hashes !== undefined && { transaction_data_hashes_alg: hashes }),
      payment_data: { payee: 'Shop', currency_amount: { currency: 'EUR', value: '23.58' } },
    }
    const body = { dcql_query: identityQuery, transaction_data: [payment] }
    const headers = { accept: 'application/json', responsemode: 'direct_post' }
    const started = await postJson(`${verifier}/openid4vc/verify`, body, headers)
    const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
    const { params } = wallet.parseOpenid4vpAuthorizationRequest({ authorizationRequest: url })
    const resolved = await wallet.resolveOpenId4vpAuthorizationRequest({
      authorizationRequestPayload: params,
    })
    expect(resolved.transactionData).toMatchObject([{ transactionData: payment, transactionDataIndex: 0 }])
    const request = resolved.authorizationRequestPayload as Openid4vpAuthorizationRequest
    const { client_id: clientId, nonce, transaction_data: entries = [] } = request

    const shown = await presentation(
      { clientId, nonce },
      held,
      [['given_name'], ['family_name']],
      undefined,
      entries,
    )
    const proof: unknown = JSON.parse(
      Buffer.from(shown.slice(shown.lastIndexOf('~')).split('.')[1] ?? '', 'base64url').toString(),
    )
    const { transaction_data_hashes, transaction_data_hashes_alg } = proof as {
      transaction_data_hashes: string[]
      transaction_data_hashes_alg?: string
    }
    const theirs = new Openid4vpVerifier({ callbacks })
    const credentials: Parameters<typeof theirs.verifyTransactionData>[0]['credentials'] = {
      [queryId]: [
        {
          transaction_data_hashes,
          ...(transaction_data_hashes_alg !== undefined && { transaction_data_hashes_alg }),
        },
      ],
    }
    const verified = await theirs.verifyTransactionData({ transactionData: entries, credentials })
    expect(verified).toMatchObject([{ credentialId: queryId }])

    const { response } = await wallet.submitOpenid4vpAuthorizationResponse({
      authorizationRequestPayload: request,
      authorizationResponsePayload: { state: request.state, vp_token: { [queryId]: [shown] } },
    })
    expect(response.status).toBe(200)
    const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
    expect(result).toMatchObject({ state: 'verified', transactionData: [{ authorizedBy: queryId }] })
  },
)
describe.each([
  ['dc_api', ''],
  ['dc_api.jwt', 'A128GCM'],
  ['dc_api.jwt', 'A256GCM'],
])('a wallet that a browser calls and that answers by %s %s', (mode, enc) => {
  const origin = 'https://shop.example'

  async function called(protocol: string, prefix: string, at = origin) {
    const body = { dcql_query: identityQuery, expected_origins: [origin], exchange_protocols: [protocol] }
    const headers = { responsemode: mode, clientidprefix: prefix }
    const started = await postJson(`${verifier}/openid4vc/verify`, body, headers)
    const { digital, id } = expectStatus(started, 200).json() as unknown as {
      readonly id: string
      readonly digital: { readonly requests: readonly [{ readonly data: Record<string, unknown> }] }
    }
    const [{ data }] = digital.requests
    const resolved = await wallet.resolveOpenId4vpAuthorizationRequest({
      authorizationRequestPayload: data,
      origin: at,
    })
    expect(resolved).toMatchObject({ dcql: { query: identityQuery } })
    return { id, resolved }
  }

  it.each([
    ['openid4vp-v1-unsigned', 'x509_hash', 'origin'],
    ['openid4vp-v1-signed', 'x509_hash', 'x509_hash'],
    ['openid4vp-v1-signed', 'x509_san_dns', 'x509_san_dns'],
    ['openid4vp-v1-signed', 'decentralized_identifier', 'decentralized_identifier'],
  ])('asked in %s as %s is verified', async (protocol, prefix, client) => {
    const { id, resolved } = await called(protocol, prefix)
    expect(resolved.client).toMatchObject({ prefix: client })
    const request = resolved.authorizationRequestPayload
    const held = { clientId: `origin:${origin}`, nonce: request.nonce }
    const { authorizationResponsePayload, jarm } = await answerThrough(request, held, enc, origin)
    const data = jarm === undefined ? authorizationResponsePayload : { response: jarm.responseJwt }
    const brought = await postJson(`${verifier}/openid4vc/verify/${id}`, { protocol, data })
    expect([brought.status, brought.text]).toEqual([200, '{}'])
    const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
    expect(result).toMatchObject({ state: 'verified', credentials: [{ claims: { given_name: 'Ada' } }] })
  })

  it('refuses what is signed for a page of another origin', async () => {
    await expect(called('openid4vp-v1-signed', 'x509_hash', 'https://other.example')).rejects.toThrow()
  })
})
