/**
 * What a credential request asks for and on whose behalf: everything that can be judged without the session. Nothing is
 * spent but the `jti` of the DPoP proof.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { readDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import { configurationOfIdentifier } from '@countersign/protocol/openid4vci/authorization-details'
import type { CredentialRequest } from '@countersign/protocol/openid4vci/credential/credential-request'
import {
  type Challenge,
  type ChallengeRefusal,
  readChallenge,
} from '@countersign/protocol/openid4vci/proof/nonce'
import type { ProvenKey, VerifiedProof } from '@countersign/protocol/openid4vci/proof/proof-type'
import {
  type KeyProofs,
  type ProofRefusal,
  verifyProof,
} from '@countersign/protocol/openid4vci/proof/proof-types'
import {
  proveSenderKey,
  type ReceivedProof,
  type SenderPorts,
  type SenderRefusal,
} from '../authorization/sender-constraint.ts'
import type { Issuer } from '../issuer.ts'

/** The authorization that came with a request. */
export interface Presented {
  readonly accessToken: string
  /** Absent for a bearer token. */
  readonly dpop?: ReceivedProof | undefined
}

export interface JudgedRequest {
  readonly sessionId: string
  readonly configurationId: string
  /** Whether it was named by an identifier of a token response. */
  readonly byIdentifier: boolean
  readonly senderKey: string | undefined
  /** At least one: there is a credential for each. */
  readonly holders: readonly ProvenKey[]
  /** What the credentials are bound to: the thumbprint of the key, or a hash of those of a batch in no order. */
  readonly holderKey: string
  /** Id of the nonce in the key proofs: the key of the answer record. */
  readonly nonceId: string
  readonly nonceExpiresAt: number
  readonly requestHash: string
}

export type RequestRefusal =
  | SenderRefusal
  | HolderRefusal
  | TokenUnknown
  | { readonly code: 'configuration_unknown' }
  | { readonly code: 'identifier_unknown' }

type HolderRefusal =
  | ProofRefusal
  | ChallengeRefusal
  | { readonly code: 'proof_missing' }
  | { readonly code: 'proof_key_repeated' }
  | { readonly code: 'nonce_missing' }
  | { readonly code: 'nonces_differ' }

type HolderPorts = Pick<
  Issuer,
  'baseUrl' | 'crypto' | 'holderKeys' | 'keyAttesters' | 'limits' | 'macs' | 'now' | 'types'
>

export type JudgingPorts = SenderPorts & HolderPorts

export async function judgeRequest(
  issuer: JudgingPorts,
  presented: Presented,
  request: CredentialRequest,
): Promise<Result<JudgedRequest, RequestRefusal>> {
  const token = await readAccessToken(issuer, presented.accessToken)
  if (!token.ok) return token
  const sessionId = token.value
  const sender = await proveSenderKey(issuer, presented.dpop)
  if (!sender.ok) return sender
  const configurationId = knownConfiguration(issuer, request)
  if (!configurationId.ok) return configurationId
  const holder = await judgeHolder(issuer, request.proofs, configurationId.value)
  if (!holder.ok) return holder
  const { texts, ...proven } = holder.value
  return ok({
    sessionId,
    configurationId: configurationId.value,
    byIdentifier: request.credentialIdentifier !== undefined,
    senderKey: sender.value,
    ...proven,
    holderKey: await identityOf(issuer, proven.holders),
    requestHash: await issuer.crypto.digestBase64url(
      'sha-256',
      JSON.stringify([sessionId, configurationId.value, ...texts]),
    ),
  })
}

export type TokenUnknown = { readonly code: 'token_unknown' }

/** The session that a token is for. It costs a keyed hash, so it can be asked before the request's body is read. */
export async function readAccessToken(
  { macs }: Pick<Issuer, 'macs'>,
  accessToken: string,
): Promise<Result<string, TokenUnknown>> {
  const sessionId = await readDerivedSecret('access_token', accessToken, macs.grant)
  return sessionId === undefined ? refuse({ code: 'token_unknown' }) : ok(sessionId)
}

function knownConfiguration(
  { types }: Pick<Issuer, 'types'>,
  { configurationId, credentialIdentifier }: CredentialRequest,
): Result<string, RequestRefusal> {
  if (configurationId === undefined) {
    const named = configurationOfIdentifier(credentialIdentifier)
    return named !== undefined && types.has(named) ? ok(named) : refuse({ code: 'identifier_unknown' })
  }
  return types.has(configurationId) ? ok(configurationId) : refuse({ code: 'configuration_unknown' })
}

interface ProvenHolders extends Pick<JudgedRequest, 'holders' | 'nonceId' | 'nonceExpiresAt'> {
  /** The proofs as they were sent. */
  readonly texts: readonly string[]
}

/** The key proofs, of whichever type, and their nonce: it is one, since it is spent with the one answer. */
async function judgeHolder(
  issuer: HolderPorts,
  proofs: KeyProofs | undefined,
  configurationId: string,
): Promise<Result<ProvenHolders, HolderRefusal>> {
  if (proofs === undefined) return refuse({ code: 'proof_missing' })
  const now = issuer.now()
  const verified = await verifyProofs(issuer, proofs, configurationId, now)
  if (!verified.ok) return verified
  const holders = holdersOf(verified.value, issuer.limits.batchSize)
  if (holders === undefined) return refuse({ code: 'proof_key_repeated' })
  const nonce = await judgeNonces(issuer, verified.value, now)
  if (!nonce.ok) return nonce
  const { id: nonceId, expiresAt: nonceExpiresAt } = nonce.value
  return ok({ texts: proofs.values, holders, nonceId, nonceExpiresAt })
}

/**
 * Each key once: those that signed a proof, which have to be different ones, and then what is attested beside them, as many as
 * a batch may have (F.1, F.3). Undefined where two proofs have one key.
 */
function holdersOf(proofs: readonly VerifiedProof[], batchSize: number): readonly ProvenKey[] | undefined {
  const byThumbprint = new Map<string, ProvenKey>()
  for (const { keys } of proofs) {
    const [first] = keys
    if (first === undefined || byThumbprint.has(first.thumbprint)) return undefined
    byThumbprint.set(first.thumbprint, first)
  }
  for (const key of proofs.flatMap(({ keys }) => keys))
    if (!byThumbprint.has(key.thumbprint)) byThumbprint.set(key.thumbprint, key)
  return [...byThumbprint.values()].slice(0, batchSize)
}

/** F.4: of every proof and attestation, one of ours. That of the proofs is one, since it is spent with the one answer. */
async function judgeNonces(
  { limits, macs }: HolderPorts,
  proofs: readonly VerifiedProof[],
  now: number,
): Promise<Result<Challenge, HolderRefusal>> {
  const nonces = new Set(proofs.map(({ nonce }) => nonce))
  const all = new Set([...nonces, ...proofs.flatMap(({ attestationNonces = [] }) => attestationNonces)])
  const by = { now, maxAgeSeconds: limits.nonceTtlSeconds, mac: macs.nonce }
  let first: Challenge | undefined
  for (const nonce of all) {
    if (nonce === undefined) return refuse({ code: 'nonce_missing' })
    const challenge = await readChallenge('c_nonce', nonce, by)
    if (!challenge.ok) return challenge
    first ??= challenge.value
  }
  if (first === undefined) return refuse({ code: 'nonce_missing' })
  return nonces.size > 1 ? refuse({ code: 'nonces_differ' }) : ok(first)
}

/** One after the other: the first that is refused ends it, before somebody is asked for the key of another one. */
async function verifyProofs(
  issuer: HolderPorts,
  { type, values }: KeyProofs,
  configurationId: string,
  now: number,
): Promise<Result<readonly VerifiedProof[], ProofRefusal>> {
  const { proofMaxAgeSeconds: maxAgeSeconds, skewSeconds } = issuer.limits
  const demand = issuer.types.get(configurationId)?.configuration.keyAttestation
  const input = {
    issuer: issuer.baseUrl,
    now,
    maxAgeSeconds,
    skewSeconds,
    didKeys: issuer.holderKeys,
    attestation: issuer.keyAttesters && { attesters: issuer.keyAttesters, demand },
  }
  const verified: VerifiedProof[] = []
  for (const text of values) {
    const proof = await verifyProof(type, text, input, issuer.crypto)
    if (!proof.ok) return proof
    verified.push(proof.value)
  }
  return ok(verified)
}

/** In no order: whoever proves the same keys again asks for the same, in whichever order the proofs stand. */
async function identityOf({ crypto }: HolderPorts, holders: readonly ProvenKey[]): Promise<string> {
  const [first, ...others] = holders.map(({ thumbprint }) => thumbprint).sort()
  if (first === undefined) throw new Error('a request was accepted without a key')
  return others.length === 0 ? first : crypto.digestBase64url('sha-256', [first, ...others].join())
}
