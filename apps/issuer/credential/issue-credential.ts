/**
 * The credential endpoint (OpenID4VCI 1.0 §8). The spent nonce and the answer are one record, made if absent: of many
 * requests at once one makes it, and whoever sends that same request again reads it. Then the session records what was
 * issued. An instance may die between any two lines; the wallet's retry goes on from the record.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { Signer } from '@countersign/crypto/engine'
import { didFromKey } from '@countersign/did/did'
import { readDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import {
  type CredentialRequest,
  writeCredentialResponse,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import {
  type ProofRefusal,
  type VerifiedKeyProof,
  verifyKeyProof,
} from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { type ChallengeRefusal, readChallenge } from '@countersign/protocol/openid4vci/proof/nonce'
import {
  type IssuanceRefusal,
  type IssuanceSession,
  type IssuedCredential,
  type PromisedCredential,
  promisedCredential,
  stepIssuance,
} from '@countersign/protocol/openid4vci/session/session'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import { type ReceivedProof, type SenderRefusal, senderKey } from '../authorization/sender-key.ts'
import type { CredentialAnswer, Issuer } from '../issuer.ts'
import { type RecordedIssuance, recordIssuance, strikeOut } from '../status/record-issuance.ts'
import { insertSubject } from '../types/data-functions.ts'
import type { IssuableType } from '../types/issuable-types.ts'
import { type Validity, validityFrom } from './issuance-validity.ts'

export type CredentialRefusal =
  | SenderRefusal
  | IssuanceRefusal
  | SessionUnknown
  | ProofRefusal
  | ChallengeRefusal
  | { readonly code: 'token_unknown' }
  | { readonly code: 'configuration_unknown' }
  | { readonly code: 'identifier_unknown' }
  | { readonly code: 'nonce_missing' }
  | { readonly code: 'nonce_spent' }

export interface Presented {
  readonly accessToken: string
  /** Absent for a bearer token. */
  readonly dpop?: ReceivedProof | undefined
}

export async function issueCredential(
  issuer: Issuer,
  presented: Presented,
  request: CredentialRequest,
): Promise<Result<JsonObject, CredentialRefusal>> {
  const asked = await whatIsAsked(issuer, presented, request)
  if (!asked.ok) return asked
  const found = await issuer.sessions.get(asked.value.sessionId)
  if (found === undefined) return refuse({ code: 'session_unknown' })
  const entitled = promisedCredential(found.value, asked.value, issuer.now())
  if (!entitled.ok) return entitled
  const { issued, promised } = entitled.value
  if (issued !== undefined) return answerAgain(issuer, asked.value, issued)
  if (promised === undefined) return refuse({ code: 'configuration_unknown' })

  const { format } = typeOf(issuer, promised).configuration
  const signer = await signerFor(issuer, promised, format)
  const validity = validityFrom(issuer.now(), signer, promised.lifetimeSeconds)
  const recorded = await recordIssuance(issuer, {
    sessionId: found.value.id,
    configurationId: promised.configurationId,
    format,
    ...validity,
    ...(promised.status !== undefined && { status: promised.status }),
  })
  const body = await sign(issuer, promised, asked.value, { ...validity, signer, statuses: recorded.statuses })
  const settled = await settle(issuer, asked.value, body, recorded)
  if (!settled.ok || settled.value.credentialId !== recorded.credentialId)
    await strikeOut(issuer, recorded.credentialId)
  if (!settled.ok) return settled
  return record(issuer, asked.value, settled.value, found)
}

interface Asked {
  readonly sessionId: string
  readonly configurationId: string
  readonly senderKey?: string
  readonly proof: VerifiedKeyProof
  /** Id of the nonce in the key proof: the key of the answer record. */
  readonly nonceId: string
  readonly nonceExpiresAt: number
  readonly requestHash: string
}

/** Everything that can be judged without the session. */
async function whatIsAsked(
  issuer: Issuer,
  presented: Presented,
  request: CredentialRequest,
): Promise<Result<Asked, CredentialRefusal>> {
  const sessionId = await readDerivedSecret('access_token', presented.accessToken, issuer.macs.grant)
  if (sessionId === undefined) return refuse({ code: 'token_unknown' })
  const sender = await senderKey(issuer, presented.dpop)
  if (!sender.ok) return sender
  // No token response of ours names credential identifiers, so there is none to know.
  if (request.configurationId === undefined) return refuse({ code: 'identifier_unknown' })
  if (!issuer.types.has(request.configurationId)) return refuse({ code: 'configuration_unknown' })

  const jwt = request.proofs.jwt[0] ?? ''
  const { proofMaxAgeSeconds, skewSeconds, nonceTtlSeconds } = issuer.limits
  const now = issuer.now()
  const proof = await verifyKeyProof(
    {
      jwt,
      issuer: issuer.baseUrl,
      now,
      maxAgeSeconds: proofMaxAgeSeconds,
      skewSeconds,
      ...(issuer.holderKeys && { didKeys: issuer.holderKeys }),
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
  const { configurationId } = request
  return ok({
    sessionId,
    configurationId,
    proof: proof.value,
    nonceId: nonce.value.id,
    nonceExpiresAt: nonce.value.expiresAt,
    requestHash: await issuer.crypto.digestBase64url(
      'sha-256',
      JSON.stringify([sessionId, configurationId, jwt]),
    ),
    ...(sender.value !== undefined && { senderKey: sender.value }),
  })
}

function typeOf(issuer: Issuer, { configurationId }: PromisedCredential): IssuableType {
  const type = issuer.types.get(configurationId)
  if (type === undefined) throw new Error(`nothing issues ${configurationId}`)
  return type
}

async function sign(
  issuer: Issuer,
  promised: PromisedCredential,
  asked: Asked,
  signing: Validity & Pick<RecordedIssuance, 'statuses'> & { readonly signer: Signer },
): Promise<JsonObject> {
  const type = typeOf(issuer, promised)
  const format = issuer.formats.get(type.configuration.format)
  if (format === undefined) throw new Error(`nothing issues ${promised.configurationId}`)
  const holder = asked.proof.holderDid ?? didFromKey('jwk', asked.proof.holderKey)
  const credential = await format.issue(
    {
      type: promised.type,
      claims: insertSubject(promised.claims, holder),
      selectivelyDisclosable: promised.selectivelyDisclosable,
      encodings: type.encodings,
      holderKey: asked.proof.holderKey,
      holderDid: holder,
      issuer: promised.issuer ?? issuer.baseUrl,
      ...signing,
    },
    issuer.crypto,
  )
  // The claims were checked when the offer was made: a refusal now is a mistake of ours.
  if (!credential.ok) throw new Error(`a checked credential cannot be issued: ${credential.error.code}`)
  return writeCredentialResponse([credential.value])
}

async function signerFor(issuer: Issuer, promised: PromisedCredential, format: FormatId): Promise<Signer> {
  if (promised.issuerKey === undefined) return issuer.signerFor(format)
  const opened = await issuer.openCallerKey.signer(promised.issuerKey, promised.x5c, format)
  if (!opened.ok) throw new Error(`a checked issuer key cannot be opened: ${opened.error.code}`)
  return opened.value
}

/** Spends the nonce with the answer in it; the loser of a race gets the winner's answer if it asked for the same. */
async function settle(
  issuer: Issuer,
  asked: Asked,
  body: JsonObject,
  { credentialId }: RecordedIssuance,
): Promise<Result<CredentialAnswer, CredentialRefusal>> {
  const { nonceId, sessionId, requestHash } = asked
  const answer = { sessionId, requestHash, body, ...(credentialId !== undefined && { credentialId }) }
  const ttlSeconds = Math.max(60, asked.nonceExpiresAt - issuer.now() + issuer.limits.skewSeconds)
  if (await issuer.answers.create(nonceId, answer, ttlSeconds)) return ok(answer)
  const before = await issuer.answers.get(nonceId)
  return before?.value.requestHash === requestHash ? ok(before.value) : refuse({ code: 'nonce_spent' })
}

async function record(
  issuer: Issuer,
  asked: Asked,
  { body, credentialId }: CredentialAnswer,
  found: Versioned<IssuanceSession>,
): Promise<Result<JsonObject, CredentialRefusal>> {
  const now = issuer.now()
  const { configurationId, nonceId, proof } = asked
  const message = {
    type: 'credential_issued',
    configurationId,
    holderKey: proof.thumbprint,
    answerId: nonceId,
    ...(credentialId !== undefined && { credentialId }),
    ...(asked.senderKey !== undefined && { senderKey: asked.senderKey }),
  } as const
  const moved = await stepSession(
    issuer,
    asked.sessionId,
    (session) => stepIssuance(session, message, now),
    found,
  )
  if (moved.ok) return ok(body)
  // Another request for the same credential, with a nonce of its own, was recorded first: its answer counts, and
  // this one never leaves.
  if (moved.error.code !== 'already_issued') return moved
  await strikeOut(issuer, credentialId)
  const current = await issuer.sessions.get(asked.sessionId)
  const issued = current && issuedRecord(current.value, configurationId)
  return issued === undefined ? moved : answerAgain(issuer, asked, issued)
}

function issuedRecord(session: IssuanceSession, configurationId: string): IssuedCredential | undefined {
  return session.state === 'token_issued' || session.state === 'completed'
    ? session.issued[configurationId]
    : undefined
}

/**
 * The credential was issued already. The same request, and a fresh proof of the same key, get the same bytes while the
 * answer is kept; a spent nonce with another proof is a replay; another key gets nothing.
 */
async function answerAgain(
  issuer: Issuer,
  asked: Asked,
  issued: IssuedCredential,
): Promise<Result<JsonObject, CredentialRefusal>> {
  const spent = await issuer.answers.get(asked.nonceId)
  if (spent !== undefined && spent.value.requestHash !== asked.requestHash)
    return refuse({ code: 'nonce_spent' })
  const { configurationId } = asked
  if (issued.holderKey !== asked.proof.thumbprint) return refuse({ code: 'already_issued', configurationId })
  const kept = await issuer.answers.get(issued.answerId)
  if (kept === undefined || kept.value.sessionId !== asked.sessionId)
    return refuse({ code: 'already_issued', configurationId })
  return ok(kept.value.body)
}
