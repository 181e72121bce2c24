/**
 * Our wallet at an issuer of somebody else's making that takes attested wallets and attested keys alone: `@openid4vc/oauth2` judges
 * who the client is, `@openid4vc/openid4vci` the key attestations (OpenID4VCI 1.0 appendices D, E).
 */
import { createHash, randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '@countersign/core/json'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { freePorts } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import { call, expectStatus } from '@countersign/testing/client/http'
import { newWalletUser, receive } from '@countersign/testing/client/wallet-api'
import { newKey } from '@countersign/testing/people/keys'
import { startWallet } from '@countersign/wallet/main'
import { type CallbackContext, type Jwk, Oauth2AuthorizationServer, setGlobalConfig } from '@openid4vc/oauth2'
import { verifyKeyAttestationJwt } from '@openid4vc/openid4vci'
import { afterAll, beforeAll, expect, it } from 'vitest'

const GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const TYPE = 'urn:test:library-card'
const PROOFS = ['jwt', 'attestation'] as const
type ProofKind = (typeof PROOFS)[number]

let folder: string
let issuer: string
let anchor: X509Certificate
let server: Server
let wallet: RunningService
let walletUrl: string
/** What @openid4vc found out of who came, and of which keys. */
const clients: string[] = []
const attested: number[] = []
const nonces = new Set<string>()

beforeAll(async () => {
  setGlobalConfig({ allowInsecureUrls: true })
  folder = await mkdtemp(join(tmpdir(), 'countersign-attested-'))
  const [issuerPort = 0, walletPort = 0] = await freePorts(2)
  issuer = `http://localhost:${issuerPort}`
  walletUrl = `http://localhost:${walletPort}`
  server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => send(response, 400, { error: String(error) }))
  }).listen(issuerPort)
  const argv = ['--logLevel=silent', `--webPort=${walletPort}`, `--dataDir=${join(folder, 'data')}`]
  wallet = await startWallet({ argv, env: {}, cwd: folder, defaultPort: walletPort })
  anchor = new X509Certificate(expectStatus(await call(`${walletUrl}/wallet-api/provider/anchor`), 200).text)
}, 60_000)
afterAll(async () => {
  await wallet?.close()
  server?.close()
  await rm(folder, { recursive: true, force: true })
})

function send(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  switch (request.url ?? '') {
    case '/.well-known/openid-credential-issuer':
      return send(response, 200, issuerMetadata())
    case '/.well-known/oauth-authorization-server':
      return send(response, 200, serverMetadata())
    case '/nonce':
      return send(response, 200, { c_nonce: freshNonce() })
    case '/token':
      await judgeClient(request.headers)
      return send(response, 200, { access_token: randomUUID(), token_type: 'Bearer' })
    case '/credential':
      return send(response, 200, { credentials: [{ credential: await credentialFor(JSON.parse(body)) }] })
    default:
      return send(response, 404, {})
  }
}

function freshNonce(): string {
  const nonce = randomBytes(16).toString('base64url')
  nonces.add(nonce)
  return nonce
}

function issuerMetadata(): JsonObject {
  const named = { proof_signing_alg_values_supported: ['ES256'], key_attestations_required: {} }
  const configuration = (kind: ProofKind): JsonObject => ({
    format: 'dc+sd-jwt',
    vct: TYPE,
    cryptographic_binding_methods_supported: ['jwk'],
    proof_types_supported: { [kind]: named },
  })
  return {
    credential_issuer: issuer,
    credential_endpoint: `${issuer}/credential`,
    nonce_endpoint: `${issuer}/nonce`,
    credential_configurations_supported: Object.fromEntries(
      PROOFS.map((kind) => [kind, configuration(kind)]),
    ),
  }
}

function serverMetadata(): JsonObject {
  return {
    issuer,
    token_endpoint: `${issuer}/token`,
    grant_types_supported: [GRANT],
    token_endpoint_auth_methods_supported: ['attest_jwt_client_auth'],
    client_attestation_signing_alg_values_supported: ['ES256'],
    client_attestation_pop_signing_alg_values_supported: ['ES256'],
  }
}

/** By the leaf of its chain, which the anchor has to have signed, or by a key that is named in the header or an attestation. */
const verifyJwt: CallbackContext['verifyJwt'] = async (signer, { compact }) => {
  const key = parsePublicJwk(
    signer.method === 'x5c' ? leafKey(signer.x5c) : 'publicJwk' in signer && signer.publicJwk,
  )
  const jws = decodeJws(compact, { maxLength: 50_000 })
  if (!key.ok || !jws.ok) return { verified: false }
  const verified = await verifyJws(jws.value, key.value, ['ES256'], nodeCrypto)
  return verified.ok ? { verified: true, signerJwk: key.value as unknown as Jwk } : { verified: false }
}

function leafKey([leaf = '', ...more]: readonly string[]): unknown {
  const certificate = new X509Certificate(Buffer.from(leaf, 'base64'))
  if (more.length > 0 || !certificate.verify(anchor.publicKey)) throw new Error('not below the anchor')
  return certificate.publicKey.export({ format: 'jwk' })
}

async function judgeClient(headers: IncomingHttpHeaders): Promise<void> {
  const authorizationServer = new Oauth2AuthorizationServer({
    callbacks: {
      verifyJwt,
      fetch,
      hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
      generateRandom: (length) => randomBytes(length),
      signJwt: () => expect.fail('nothing is signed'),
      clientAuthentication: () => undefined,
    },
  })
  const judged = await authorizationServer.verifyClientAttestation({
    authorizationServer: issuer,
    clientAttestationJwt: String(headers['oauth-client-attestation']),
    clientAttestationPopJwt: String(headers['oauth-client-attestation-pop']),
  })
  clients.push(judged.clientAttestation.payload.sub)
}

async function credentialFor({ proofs }: { proofs: Partial<Record<ProofKind, [string]>> }): Promise<string> {
  const [kind, jwt] =
    proofs.jwt === undefined ? ['attestation', proofs.attestation?.[0]] : ['jwt', proofs.jwt[0]]
  const decoded = decodeJws(jwt ?? '', { maxLength: 50_000 })
  if (!decoded.ok) throw new Error('no proof')
  const { header, payload } = decoded.value
  const keyAttestationJwt = kind === 'jwt' ? textOf(header['key_attestation']) : (jwt ?? '')
  const nonce = textOf(payload['nonce'])
  if (!nonces.delete(nonce)) throw new Error('a nonce of somebody else')
  const { payload: attestation } = await verifyKeyAttestationJwt({
    keyAttestationJwt,
    expectedNonce: nonce,
    use: kind === 'jwt' ? 'proof_type.jwt' : 'proof_type.attestation',
    callbacks: { verifyJwt },
  })
  attested.push(attestation.attested_keys.length)
  const holderKey = parsePublicJwk(attestation.attested_keys[0])
  if (!holderKey.ok) throw new Error('no key is attested')
  const issued = await sdJwtVc.issue(
    {
      type: TYPE,
      claims: { reader: 'Ada' },
      selectivelyDisclosable: [],
      holderKey: holderKey.value,
      signer: newKey(),
      issuer,
      issuedAt: Math.floor(Date.now() / 1000),
    },
    nodeCrypto,
  )
  if (!issued.ok) throw new Error(issued.error.code)
  return issued.value
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : expect.fail('no text')
}

it.each(PROOFS)('an issuer on @openid4vc takes our wallet and its keys (%s)', async (kind) => {
  const user = await newWalletUser(walletUrl)
  const offer = JSON.stringify({
    credential_issuer: issuer,
    credential_configuration_ids: [kind],
    grants: { [GRANT]: { 'pre-authorized_code': randomUUID() } },
  })
  const url = `openid-credential-offer://?credential_offer=${encodeURIComponent(offer)}`
  expect(await receive(user, url)).toHaveLength(1)
  expect(clients.splice(0)).toEqual(['countersign-wallet'])
  expect(attested.splice(0)).toEqual([1])
})
