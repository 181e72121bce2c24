/** An authorization server's view of clients that are attested: who came, with what, and what it dislikes about it. */
import { randomBytes } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { decodeJws } from '@countersign/crypto/jose/jws'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { verifyAttestedClient } from '@countersign/protocol/oauth/client-authentication/attest-jwt-client-auth'
import { parseClient } from '@countersign/protocol/oauth/client-authentication/methods'
import type { Answer, Handler } from '@countersign/testing/client/faulty-server'
import { type KeyLevels, type WalletProvider, walletProvider } from '../provider/wallet-provider.ts'

const now = () => Math.floor(Date.now() / 1000)
const NO_LEVELS: KeyLevels = { keyStorage: [], userAuthentication: [] }

export interface TestProvider {
  readonly provider: WalletProvider
  readonly signer: Signer
}

export async function testProvider(
  wish: {
    readonly levels?: Partial<KeyLevels>
    readonly algorithm?: SignatureAlgorithm
    readonly now?: () => number
    readonly anchorsPem?: string
  } = {},
): Promise<TestProvider> {
  const signer = softwareSigner(generateSoftwareKey(wish.algorithm ?? 'ES256'))
  const parts = {
    signer,
    name: 'http://localhost:7001',
    clientId: 'test-wallet',
    lifetimeSeconds: 3600,
    levels: { ...NO_LEVELS, ...wish.levels },
    anchorsPem: wish.anchorsPem,
    now: wish.now ?? now,
  }
  return { signer, provider: await walletProvider(parts, nodeCrypto) }
}

/** One request in which somebody showed who it is, or nothing. */
export interface ShownClient {
  readonly path: string
  readonly clientId: string | undefined
  /** Of the key that was proven; absent for a public client. */
  readonly thumbprint?: string
  readonly challenge?: string | undefined
  readonly attestation?: JsonObject
  readonly pop?: JsonObject
}

export interface ClientRules {
  /** Who is believed. */
  readonly attester?: Signer
  readonly takesPublic?: boolean
  /** `header`: it asks for one in an answer; `endpoint`: it gives them out as well; `never`: none is good. */
  readonly challenges?: 'header' | 'endpoint' | 'never'
  /** How many attestations it finds too old. */
  readonly staleAttestations?: number
  /** What it calls an attestation of somebody whom it does not believe. */
  readonly refusal?: 'invalid_client' | 'invalid_client_attestation'
}

export interface TestClients {
  readonly shown: ShownClient[]
  /** Undefined: the server goes on. */
  judge: (request: Parameters<Handler>[0], url: string) => Promise<Answer | undefined>
  /** What the metadata say of it. */
  metadata(url: string): JsonObject
}

const ENDPOINTS = ['/par', '/token']
const ALGORITHMS = ['ES256', 'ES384', 'EdDSA']

export function testClients(rules: ClientRules): TestClients {
  const good = new Set<string>()
  const jtis = new Set<string>()
  const shown: ShownClient[] = []
  let stale = rules.staleAttestations ?? 0
  const fresh = () => {
    const challenge = randomBytes(12).toString('base64url')
    if (rules.challenges !== 'never') good.add(challenge)
    return challenge
  }
  const refused = (error: string, status = 401): Answer => ({
    status,
    body: JSON.stringify({ error }),
    headers: rules.challenges === undefined ? {} : { 'oauth-client-attestation-challenge': fresh() },
  })
  const judge: TestClients['judge'] = async ({ body, headers, path }, url) => {
    if (path === '/challenge')
      return { status: 200, body: JSON.stringify({ attestation_challenge: fresh() }) }
    if (!ENDPOINTS.includes(path)) return undefined
    const presented = parseClient({ form: Object.fromEntries(new URLSearchParams(body)), headers })
    if (!presented.ok) return refused('invalid_client')
    const client = presented.value
    if (client.method !== 'attest_jwt_client_auth') {
      shown.push({ path, clientId: client.clientId })
      return rules.takesPublic === true ? undefined : refused('invalid_client')
    }
    const [attestation, pop] = [client.attestation, client.pop].map(payloadOf)
    const verified = await verifyAttestedClient(
      client,
      {
        audience: url,
        attesterKeys: () => ok(rules.attester === undefined ? [] : [rules.attester.publicJwk]),
        now: now(),
        maxAgeSeconds: 300,
        skewSeconds: 60,
      },
      nodeCrypto,
    )
    if (!verified.ok) return refused(rules.refusal ?? 'invalid_client_attestation')
    const { challenge, clientId, replayKey, thumbprint } = verified.value
    shown.push({
      path,
      clientId,
      thumbprint,
      challenge,
      ...(attestation && { attestation }),
      ...(pop && { pop }),
    })
    if (jtis.has(replayKey)) return refused('invalid_client_attestation')
    jtis.add(replayKey)
    if (rules.challenges !== undefined && !good.delete(challenge ?? ''))
      return refused('use_attestation_challenge', 400)
    if (stale > 0) {
      stale -= 1
      return refused('use_fresh_attestation', 400)
    }
    return undefined
  }
  return {
    shown,
    judge,
    metadata: (url) => ({
      token_endpoint_auth_methods_supported: [
        'attest_jwt_client_auth',
        ...(rules.takesPublic === true ? ['none'] : []),
      ],
      client_attestation_signing_alg_values_supported: ALGORITHMS,
      client_attestation_pop_signing_alg_values_supported: ALGORITHMS,
      'pre-authorized_grant_anonymous_access_supported': false,
      ...(rules.challenges === 'endpoint' && { challenge_endpoint: `${url}/challenge` }),
    }),
  }
}

function payloadOf(jwt: string): JsonObject | undefined {
  const decoded = decodeJws(jwt, { maxLength: 20_000 })
  return decoded.ok ? decoded.value.payload : undefined
}
