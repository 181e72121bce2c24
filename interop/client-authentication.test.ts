/**
 * Our authorization server as other people's clients meet it: `oauth4webapi` with an assertion and DPoP nonces, and
 * `@openid4vc/oauth2` with a client attestation, which also judges those that we make (RFC 7523, RFC 9449 §8, attestation-based
 * client authentication).
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { startIssuer } from '@countersign/issuer/main'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { freePorts } from '@countersign/local-servers/ports'
import {
  createAttestationPop,
  createClientAttestation,
} from '@countersign/protocol/oauth/client-authentication/client-proofs'
import { claims } from '@countersign/testing/client/flows'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { forgeJws } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import {
  type CallbackContext,
  clientAuthenticationClientAttestationJwt,
  createClientAttestationJwt,
  type Jwk,
  Oauth2AuthorizationServer,
  Oauth2Client,
  Oauth2ClientErrorResponseError,
  setGlobalConfig,
} from '@openid4vc/oauth2'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const CLIENT = 'https://wallet.example'
const insecure = { [oauth.allowInsecureRequests]: true }

const attester = newKey()
const instance = newKey()
type KeyPair = Awaited<ReturnType<typeof oauth.generateKeyPair>>
let shopKeys: KeyPair
let url: string
let close: () => Promise<unknown>
let folder: string

beforeAll(async () => {
  // Its schemas want https otherwise.
  setGlobalConfig({ allowInsecureUrls: true })
  folder = await mkdtemp(join(tmpdir(), 'countersign-clients-'))
  shopKeys = await oauth.generateKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', shopKeys.publicKey)
  const clients = [{ clientId: 'shop', methods: ['private_key_jwt'], keys: [{ kty, crv, x, y }] }]
  const [port = 0] = await freePorts(1)
  url = `http://localhost:${port}`
  const argv = [
    '--logLevel=silent',
    '--senderRequestsPerSecond=0',
    `--webPort=${port}`,
    '--publicClients=false',
    '--dpopNonces=required',
    '--requireSenderConstraint=true',
    `--clients=${JSON.stringify(clients)}`,
    `--walletAttesterKeys=${JSON.stringify([attester.publicJwk])}`,
  ]
  const running = await startIssuer({ argv, env: {}, cwd: folder, defaultPort: port })
  close = () => running.close()
})
afterAll(async () => {
  await close?.()
  await rm(folder, { recursive: true, force: true })
})

async function newCode(): Promise<string> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
  const made = await postJson(`${url}/openid4vc/sdjwt/issue`, order, { accept: 'application/json' })
  const { url: offer } = expectStatus(made, 200).json() as { url: string }
  const reference = new URL(offer).searchParams.get('credential_offer_uri') ?? ''
  const { grants } = (await (await fetch(reference)).json()) as {
    grants: Record<string, { 'pre-authorized_code': string }>
  }
  return grants[GRANT]?.['pre-authorized_code'] ?? ''
}

describe('a client on oauth4webapi', () => {
  async function discovered() {
    const issuer = new URL(url)
    const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    return oauth.processDiscoveryResponse(issuer, answer)
  }

  async function token(key: KeyPair['privateKey']) {
    const server = await discovered()
    const client: oauth.Client = { client_id: 'shop' }
    const dpop = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const code = await newCode()
    const ask = async () => {
      const form = { 'pre-authorized_code': code }
      const authentication = oauth.PrivateKeyJwt(key)
      const options = { DPoP: dpop, ...insecure }
      const answer = await oauth.genericTokenEndpointRequest(
        server,
        client,
        authentication,
        GRANT,
        form,
        options,
      )
      return oauth.processGenericTokenEndpointResponse(server, client, answer)
    }
    return { ask }
  }

  it('is asked for a nonce, brings it, and has its token', async () => {
    const { ask } = await token(shopKeys.privateKey)
    const refused: unknown = await ask().catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(refused)).toBe(true)
    expect(await ask()).toMatchObject({ token_type: 'dpop' })
  })

  it('with another key is told that it is not known', async () => {
    const { privateKey } = await oauth.generateKeyPair('ES256')
    const { ask } = await token(privateKey)
    await expect(ask()).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
  })
})

const signJwt: CallbackContext['signJwt'] = async (signer, { header, payload }) => {
  if (signer.method !== 'jwk') throw new Error(`no signer by ${signer.method}`)
  const same = (key: object) => JSON.stringify(key) === JSON.stringify(signer.publicJwk)
  const key = [attester, instance].find(({ publicJwk }) => same(publicJwk))
  if (key === undefined) throw new Error('a key that this wallet does not have')
  return { jwt: await forgeJws(header, payload, key), signerJwk: signer.publicJwk }
}

const generateRandom = (length: number) => randomBytes(length)
const hash: CallbackContext['hash'] = (data, algorithm) =>
  createHash(algorithm.replace('-', '')).update(data).digest()

const signerOf = ({ algorithm, publicJwk }: typeof attester) =>
  ({ method: 'jwk', alg: algorithm, publicJwk: publicJwk as unknown as Jwk }) as const

describe('a wallet on @openid4vc/oauth2', () => {
  async function token(by: typeof attester) {
    const attestation = await createClientAttestationJwt({
      issuer: 'https://attester.example',
      clientId: CLIENT,
      expiresAt: new Date(Date.now() + 600_000),
      confirmation: { jwk: instance.publicJwk as unknown as Jwk },
      signer: signerOf(by),
      callbacks: {
        signJwt:
          by === attester
            ? signJwt
            : async (_signer, { header, payload }) => ({
                jwt: await forgeJws(header, payload, by),
                signerJwk: by.publicJwk as unknown as Jwk,
              }),
      },
    })
    const callbacks = { signJwt, generateRandom }
    const clientAuthentication = clientAuthenticationClientAttestationJwt({
      clientAttestationJwt: attestation,
      callbacks,
    })
    const client = new Oauth2Client({ callbacks: { signJwt, hash, generateRandom, clientAuthentication } })
    const authorizationServerMetadata = await client.fetchAuthorizationServerMetadata(url)
    if (authorizationServerMetadata === null) throw new Error('there is no metadata')
    expect(client.isClientAttestationSupported({ authorizationServerMetadata })).toMatchObject({
      supported: true,
    })
    return client.retrievePreAuthorizedCodeAccessToken({
      authorizationServerMetadata,
      preAuthorizedCode: await newCode(),
      dpop: { signer: signerOf(instance) },
    })
  }

  it('is known by its attestation, and has its token with the nonce that it is asked for', async () => {
    expect((await token(attester)).accessTokenResponse).toMatchObject({ token_type: 'DPoP' })
  })

  it('is told that its attestation is not acceptable', async () => {
    const refused: unknown = await token(newKey()).catch((error: unknown) => error)
    if (!(refused instanceof Oauth2ClientErrorResponseError)) throw new Error(String(refused))
    expect(refused.errorResponse.error).toBe('invalid_client_attestation')
  })
})

it('@openid4vc/oauth2 takes the attestations and proofs that we make', async () => {
  const now = Math.floor(Date.now() / 1000)
  const audience = 'https://as.example'
  const attestation = await createClientAttestation({
    signer: attester,
    issuer: 'https://attester.example',
    clientId: CLIENT,
    instanceKey: instance.publicJwk,
    now,
    lifetimeSeconds: 60,
  })
  const pop = await createAttestationPop({
    signer: instance,
    clientId: CLIENT,
    audience,
    now,
    jti: randomUUID(),
  })
  const verifyJwt: CallbackContext['verifyJwt'] = async (_signer, { compact }) => {
    const key = parsePublicJwk(compact === pop ? instance.publicJwk : attester.publicJwk)
    const jws = decodeJws(compact)
    if (!key.ok || !jws.ok) return { verified: false }
    const verified = await verifyJws(jws.value, key.value, ['ES256'], nodeCrypto)
    return verified.ok ? { verified: true, signerJwk: key.value as unknown as Jwk } : { verified: false }
  }
  const server = new Oauth2AuthorizationServer({
    callbacks: { signJwt, hash, generateRandom, verifyJwt, fetch, clientAuthentication: () => undefined },
  })
  const judged = await server.verifyClientAttestation({
    authorizationServer: audience,
    clientAttestationJwt: attestation,
    clientAttestationPopJwt: pop,
  })
  expect(judged.clientAttestation.payload.sub).toBe(CLIENT)
})
