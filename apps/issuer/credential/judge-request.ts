/**
 * What a credential request asks for and on whose behalf: everything that can be judged without the session. Nothing is
 * spent but the `jti` of the DPoP proof.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { readDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import type { CredentialRequest } from '@countersign/protocol/openid4vci/credential/credential-request'
import { type ChallengeRefusal, readChallenge } from '@countersign/protocol/openid4vci/proof/nonce'
import type { VerifiedKeyProof } from '@countersign/protocol/openid4vci/proof/proof-type'
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
  readonly senderKey: string | undefined
  readonly proof: VerifiedKeyProof
  /** Id of the nonce in the key proof: the key of the answer record. */
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
  | { readonly code: 'nonce_missing' }

type HolderPorts = Pick<Issuer, 'baseUrl' | 'crypto' | 'holderKeys' | 'limits' | 'macs' | 'now'>

export type JudgingPorts = SenderPorts & HolderPorts & Pick<Issuer, 'types'>

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
  const holder = await judgeHolder(issuer, request.proofs)
  if (!holder.ok) return holder
  const { text, proof, nonceId, nonceExpiresAt } = holder.value
  return ok({
    sessionId,
    configurationId: configurationId.value,
    senderKey: sender.value,
    proof,
    nonceId,
    nonceExpiresAt,
    requestHash: await issuer.crypto.digestBase64url(
      'sha-256',
      JSON.stringify([sessionId, configurationId.value, text]),
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
  { configurationId }: CredentialRequest,
): Result<string, RequestRefusal> {
  // No token response of ours names credential identifiers, so there is none to know.
  if (configurationId === undefined) return refuse({ code: 'identifier_unknown' })
  return types.has(configurationId) ? ok(configurationId) : refuse({ code: 'configuration_unknown' })
}

interface ProvenHolder {
  /** The proof as it was sent. */
  readonly text: string
  readonly proof: VerifiedKeyProof
  readonly nonceId: string
  readonly nonceExpiresAt: number
}

/** The one key proof, of whichever type, and its nonce. */
async function judgeHolder(
  issuer: HolderPorts,
  proofs: KeyProofs | undefined,
): Promise<Result<ProvenHolder, HolderRefusal>> {
  const [text] = proofs?.values ?? []
  if (proofs === undefined || text === undefined) return refuse({ code: 'proof_missing' })
  const { proofMaxAgeSeconds, skewSeconds, nonceTtlSeconds } = issuer.limits
  const now = issuer.now()
  const proof = await verifyProof(
    proofs.type,
    text,
    {
      issuer: issuer.baseUrl,
      now,
      maxAgeSeconds: proofMaxAgeSeconds,
      skewSeconds,
      didKeys: issuer.holderKeys,
    },
    issuer.crypto,
  )
  if (!proof.ok) return proof
  if (proof.value.nonce === undefined) return refuse({ code: 'nonce_missing' })
  const nonce = await readChallenge('c_nonce', proof.value.nonce, {
    now,
    maxAgeSeconds: nonceTtlSeconds,
    mac: issuer.macs.nonce,
  })
  if (!nonce.ok) return nonce
  return ok({ text, proof: proof.value, nonceId: nonce.value.id, nonceExpiresAt: nonce.value.expiresAt })
}
