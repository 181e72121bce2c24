/**
 * One credential request (OpenID4VCI 1.0 §8). Its body, the key proof with it, is written down before it is sent, so
 * that a lost answer is asked for with the same bytes. What arrives is looked at before it is kept: readable, of the
 * type that was offered, and bound to our key.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED, RECEIVED } from '@countersign/core/size-limits'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { Signer } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import {
  type CredentialResponseRefusal,
  type CredentialSelector,
  parseCredentialResponse,
  writeCredentialRequest,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import { parseNonceResponse } from '@countersign/protocol/openid4vci/proof/nonce'
import { isStored, type NewCredential, storeCredential } from '../credentials/credentials.ts'
import { keepDrawings } from '../credentials/drawings.ts'
import { nameIn } from '../credentials/holder-signer.ts'
import { type NamedKey, namesOfKey } from '../dids/dids.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type Issuer, partyOf } from './fetch-offer.ts'
import type { PlannedConfiguration } from './issuance-plan.ts'
import { advance, type Entitlement, type IssuanceRecord, type Notice, slotOf } from './issuance-record.ts'
import { makeKeyProofs } from './key-proofs.ts'
import { senderOf } from './obtain-token.ts'
import { type IssuerPostRefusal, postToIssuer } from './post-to-issuer.ts'
import { tellFailure } from './tell-issuer.ts'
import { lookFor } from './type-look.ts'

export type CredentialRefusal =
  | IssuerPostRefusal
  | CredentialResponseRefusal
  | { readonly code: 'nonce_response_malformed' }
  | { readonly code: 'deferred_unsupported' }
  | { readonly code: 'credential_unacceptable'; readonly reason: UnacceptableReason }

export type UnacceptableReason = 'size' | 'unreadable' | 'type' | 'binding'

export interface CredentialStep {
  readonly owned: OwnedWallet
  readonly issuer: Issuer
  readonly entitlement: Entitlement
  readonly configuration: PlannedConfiguration
  readonly signer: Signer
  /** What the token was asked for as; absent for an anonymous client. */
  readonly clientId: string | undefined
}

const MAX_ROUNDS = 3

/** The issuance that comes back has this credential stored, or is finished. */
export async function obtainCredential(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  const slot = slotOf(step.entitlement)
  if (await isStored(wallet, { issuanceId: issuance.id, slot })) return ok(issuance)
  let current = issuance
  let refused: Result<never, CredentialRefusal> | undefined
  for (let round = 1; ; round++) {
    const prepared = await prepareRequest(wallet, current, step, slot)
    if (!prepared.ok) return prepared
    current = prepared.value
    const body = current.progress.requests[slot]
    if (current.finished || body === undefined) return ok(current)
    const answered = await requestCredential(wallet, current, step, body)
    if (answered.ok) return keep(wallet, current, step, answered.value)
    // The first refusal says what was wrong; those of the tries after it may only follow from it.
    refused ??= aboutNonce(answered.error) ? undefined : answered
    if (round === MAX_ROUNDS || !asksForFreshProof(step, answered.error)) return refused ?? answered
    current = await discardRequest(wallet, current, slot, body)
  }
}

/** The request as it was sent before, or a new one, written down. */
async function prepareRequest(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  slot: string,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  if (issuance.finished || issuance.progress.requests[slot] !== undefined) return ok(issuance)
  const made = await makeRequest(wallet, step)
  if (!made.ok) return made
  const prepared = await advance(wallet, issuance, (progress) =>
    progress.requests[slot] === undefined
      ? { ...progress, requests: { ...progress.requests, [slot]: made.value } }
      : progress,
  )
  return ok(prepared)
}

async function makeRequest(wallet: Wallet, step: CredentialStep): Promise<Result<string, CredentialRefusal>> {
  const { keyReference } = step.configuration
  const selector = selectorOf(step.entitlement)
  if (keyReference === undefined) return ok(JSON.stringify(writeCredentialRequest(selector)))
  const nonce = await freshNonce(wallet, step.issuer)
  if (!nonce.ok) return nonce
  const { clientId, configuration, issuer, signer } = step
  const proofs = await makeKeyProofs(wallet, {
    signers: [signer],
    issuer: issuer.metadata.issuer,
    configuration,
    keyReference,
    nonce: nonce.value,
    clientId,
  })
  return ok(JSON.stringify(writeCredentialRequest({ ...selector, proofs })))
}

function selectorOf({ configurationId, credentialIdentifier }: Entitlement): CredentialSelector {
  return credentialIdentifier === undefined ? { configurationId } : { credentialIdentifier }
}

/** The value is undefined where the issuer has no nonce endpoint. */
async function freshNonce(
  wallet: Wallet,
  { metadata }: Issuer,
): Promise<Result<string | undefined, CredentialRefusal>> {
  if (metadata.nonceEndpoint === undefined) return ok(undefined)
  const answered = await postToIssuer(wallet, {
    url: metadata.nonceEndpoint,
    body: '',
    sender: {},
    maxBytes: FETCHED.protocolAnswer,
  })
  return answered.ok ? parseNonceResponse(answered.value) : answered
}

async function requestCredential(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  body: string,
): Promise<Result<IssuedAnswer, CredentialRefusal>> {
  const answered = await postToIssuer(wallet, {
    url: step.issuer.metadata.credentialEndpoint,
    contentType: 'application/json',
    body,
    sender: senderOf(issuance, step.issuer),
    maxBytes: FETCHED.credentialResponse,
  })
  if (!answered.ok) return answered
  const response = parseCredentialResponse(answered.value)
  if (!response.ok) return response
  if (response.value.kind === 'deferred') return refuse({ code: 'deferred_unsupported' })
  const { credentials, notificationId } = response.value
  return ok({ credentials, notice: noticeFor(step, notificationId) })
}

interface IssuedAnswer {
  readonly credentials: readonly string[]
  /** Absent where the issuer does not ask what becomes of them. */
  readonly notice: Notice | undefined
}

function noticeFor({ issuer }: CredentialStep, notificationId: string | undefined): Notice | undefined {
  const { notificationEndpoint: endpoint } = issuer.metadata
  return endpoint === undefined || notificationId === undefined ? undefined : { endpoint, notificationId }
}

/** §8.3: never more credentials than proofs, and we sent one. Of several the first that is ours is kept. */
async function keep(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  { credentials, notice }: IssuedAnswer,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  let firstReason: UnacceptableReason | undefined
  for (const content of credentials) {
    const opened = await openedAsOurs(wallet, issuance, step, content)
    if (opened.ok) {
      const noted = await noteDown(wallet, issuance, step, notice)
      return store(wallet, noted, step, { content, ...opened.value })
    }
    firstReason ??= opened.error
  }
  const reason = firstReason ?? 'unreadable'
  if (notice !== undefined) await tellFailure(wallet, issuance, notice, FAILURES[reason])
  return refuse({ code: 'credential_unacceptable', reason })
}

/** What whoever writes issuers reads of it; ASCII without quotes and backslashes (§11.1). */
const FAILURES: Readonly<Record<UnacceptableReason, string>> = {
  size: 'The credential is larger than this wallet takes',
  unreadable: 'The credential cannot be read',
  type: 'The credential is of another type than was offered',
  binding: 'The credential is not bound to the key that was proven',
}

/** Before the credential is stored, so that whoever goes on after a crash knows that there is something to tell. */
async function noteDown(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  notice: Notice | undefined,
): Promise<IssuanceRecord> {
  if (notice === undefined) return issuance
  const slot = slotOf(step.entitlement)
  return advance(wallet, issuance, (progress) =>
    progress.notices?.[slot] === undefined
      ? { ...progress, notices: { ...progress.notices, [slot]: notice } }
      : progress,
  )
}

async function store(
  wallet: Wallet,
  issuance: IssuanceRecord,
  { configuration, entitlement, issuer, owned }: CredentialStep,
  { isBound, ...credential }: Pick<NewCredential, 'content'> & OurCredential,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  const { drawings, look } = await lookFor(wallet, credential.held, configuration.look)
  const id = await storeCredential(wallet, owned, {
    ...credential,
    issuanceId: issuance.id,
    slot: slotOf(entitlement),
    format: configuration.format,
    look,
    keyId: isBound ? issuance.keyId : undefined,
    party: partyOf(issuer.metadata),
  })
  const values = credential.held.claims
  if (id !== undefined) await keepDrawings(wallet, owned, { credentialId: id, values, drawings })
  return ok(issuance)
}

interface OurCredential {
  readonly held: HeldCredential
  /** To our key; otherwise to nobody's. */
  readonly isBound: boolean
}

async function openedAsOurs(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  content: string,
): Promise<Result<OurCredential, UnacceptableReason>> {
  const { configuration, signer } = step
  if (content.length > RECEIVED.credential) return refuse('size')
  const opened = await wallet.formats.get(configuration.format)?.open(content, wallet.crypto)
  if (opened?.ok !== true) return refuse('unreadable')
  const held = opened.value
  if (configuration.type !== undefined && held.type !== configuration.type) return refuse('type')
  const isBound =
    held.holderKey === undefined
      ? nameIn(wallet, held, await ourNames(wallet, issuance, step)) !== undefined
      : sameKey(held.holderKey, signer.publicJwk)
  if (isBound) return ok({ held, isBound })
  const namesNobody = held.holderKey === undefined && held.holderKeyUrl === undefined
  return namesNobody && configuration.keyReference === undefined ? ok({ held, isBound }) : refuse('binding')
}

/** What a credential may call our key instead of holding it: as our proof did, or by another did:web of this wallet's. */
async function ourNames(
  wallet: Wallet,
  { keyId }: IssuanceRecord,
  { configuration: { keyReference }, owned, signer: { publicJwk } }: CredentialStep,
): Promise<readonly NamedKey[]> {
  const names = await namesOfKey(wallet, owned, { keyId, publicJwk })
  if (keyReference === undefined || keyReference === 'jwk') return names
  const { kid: keyUrl } = keyReference
  return [{ did: keyUrl.split('#', 1)[0] ?? '', keyUrl }, ...names]
}

/** The nonce is too old or was spent, and with it the proof: a new one with the same key is what is wanted. */
function asksForFreshProof({ configuration }: CredentialStep, refusal: CredentialRefusal): boolean {
  // Where no proof was sent, one more request would be the same request.
  if (configuration.keyReference === undefined) return false
  return aboutNonce(refusal) || (refusal.code === 'issuer_error' && refusal.error === 'invalid_proof')
}

function aboutNonce(refusal: CredentialRefusal): boolean {
  return refusal.code === 'issuer_error' && refusal.error === 'invalid_nonce'
}

/** Leaves a fresh request that somebody else has put there already. */
function discardRequest(
  wallet: Wallet,
  issuance: IssuanceRecord,
  slot: string,
  body: string,
): Promise<IssuanceRecord> {
  return advance(wallet, issuance, (progress) => {
    if (progress.requests[slot] !== body) return progress
    const { [slot]: _stale, ...requests } = progress.requests
    return { ...progress, requests }
  })
}
