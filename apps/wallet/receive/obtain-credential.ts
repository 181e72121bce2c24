/**
 * One credential request (OpenID4VCI 1.0 §8). Its body, the key proof with it, is written down before it is sent, so
 * that a lost answer is asked for with the same bytes. What the issuer prepares first is written down too, and asked for
 * elsewhere (`deferred/`). What arrives is looked at before it is kept: readable, of the
 * type that was offered, and bound to our key.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { Signer } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import type { PrivateJwk } from '@countersign/keys/signers/software-key'
import {
  type CredentialRequest,
  type CredentialResponse,
  type CredentialResponseRefusal,
  type CredentialSelector,
  parseCredentialResponse,
  writeCredentialRequest,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import { parseNonceResponse } from '@countersign/protocol/openid4vci/proof/nonce'
import type { Lease } from '@countersign/stores/ports'
import { isStored, type NewCredential, storeCredential } from '../credentials/credentials.ts'
import { keepDrawings } from '../credentials/drawings.ts'
import { nameIn } from '../credentials/holder-signer.ts'
import { replaceCredential } from '../credentials/replace-credential.ts'
import { type NamedKey, namesOfKey } from '../dids/dids.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { checkLease, findDeferred, keepDeferred, settle } from './deferred-record.ts'
import { type Issuer, partyOf } from './fetch-offer.ts'
import type { PlannedConfiguration } from './issuance-plan.ts'
import {
  advance,
  type Entitlement,
  type IssuanceRecord,
  type Notice,
  type Progress,
  slotOf,
} from './issuance-record.ts'
import { judgeBatch, openedFor, type UnacceptableReason } from './judge-batch.ts'
import { proofsFor, withKeys } from './key-proofs.ts'
import {
  agreeOnEncryption,
  type EncryptionRefusal,
  type Message,
  type MessageRefusal,
  sendMessage,
  writeMessage,
} from './message-encryption.ts'
import { senderOf } from './obtain-token.ts'
import { postToIssuer } from './post-to-issuer.ts'
import { tellFailure } from './tell-issuer.ts'
import { lookFor } from './type-look.ts'

export type CredentialRefusal =
  | MessageRefusal
  | EncryptionRefusal
  | CredentialResponseRefusal
  | { readonly code: 'nonce_response_malformed' }
  /** It comes later, and nobody says where to ask for it. */
  | { readonly code: 'deferred_endpoint_missing' }
  | { readonly code: 'credential_unacceptable'; readonly reason: UnacceptableReason }

export interface CredentialStep {
  readonly owned: OwnedWallet
  readonly issuer: Issuer
  readonly entitlement: Entitlement
  readonly configuration: PlannedConfiguration
  readonly signer: Signer
  /** What the token was asked for as; absent for an anonymous client. */
  readonly clientId: string | undefined
  /** Where it was waited for: who asks for it, and nobody else may store it. */
  readonly lease?: Lease | undefined
}

const MAX_ROUNDS = 3

/** The issuance that comes back has this credential stored, or written down as one that comes later, or is finished. */
export async function obtainCredential(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  const slot = slotOf(step.entitlement)
  if (await isStored(wallet, { issuanceId: issuance.id, slot })) return ok(issuance)
  if ((await findDeferred(wallet, issuance, slot)) !== undefined) return ok(issuance)
  let current = issuance
  let refused: Result<never, CredentialRefusal> | undefined
  for (let round = 1; ; round++) {
    const prepared = await prepareRequest(wallet, current, step, slot)
    if (!prepared.ok) return prepared
    current = prepared.value
    const body = current.progress.requests[slot]
    if (current.finished || body === undefined) return ok(current)
    const envelope = current.progress.envelopes?.[slot]
    const answered = await requestCredential(wallet, current, step, { body, envelope })
    if (answered.ok) return take(wallet, current, step, answered.value)
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
  const { configuration, signer } = step
  const keyed = await withKeys(wallet, issuance, slot, { copies: configuration.copies, signer })
  const made = await makeRequest(wallet, step, keyed.progress.keys?.[slot])
  if (!made.ok) return made
  const prepared = await advance(wallet, keyed, (progress) =>
    progress.requests[slot] === undefined ? withRequest(progress, slot, made.value) : progress,
  )
  return ok(prepared)
}

function withRequest(progress: Progress, slot: string, { body, envelope }: Message): Progress {
  const requests = { ...progress.requests, [slot]: body }
  if (envelope === undefined) return { ...progress, requests }
  return { ...progress, requests, envelopes: { ...progress.envelopes, [slot]: envelope } }
}

async function makeRequest(
  wallet: Wallet,
  step: CredentialStep,
  keys: readonly PrivateJwk[] | undefined,
): Promise<Result<Message, CredentialRefusal>> {
  const agreed = agreeOnEncryption(step.issuer.metadata)
  if (!agreed.ok) return agreed
  const request = await bareRequest(wallet, step, keys)
  if (!request.ok) return request
  return ok(
    await writeMessage(wallet, agreed.value, (responseEncryption) =>
      writeCredentialRequest({ ...request.value, responseEncryption }),
    ),
  )
}

/** Before it is encrypted. */
async function bareRequest(
  wallet: Wallet,
  step: CredentialStep,
  keys: readonly PrivateJwk[] | undefined,
): Promise<Result<CredentialRequest, CredentialRefusal>> {
  const { keyReference } = step.configuration
  const selector = selectorOf(step.entitlement)
  if (keyReference === undefined) return ok(selector)
  const nonce = await freshNonce(wallet, step.issuer)
  if (!nonce.ok) return nonce
  const values = await proofsFor(wallet, {
    signer: step.signer,
    keys,
    keyReference,
    issuer: step.issuer.metadata.issuer,
    nonce: nonce.value,
    clientId: step.clientId,
  })
  return ok({ ...selector, proofs: { type: 'jwt', values } })
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
  message: Message,
): Promise<Result<CredentialResponse, CredentialRefusal>> {
  const answered = await sendMessage(wallet, {
    ...message,
    url: step.issuer.metadata.credentialEndpoint,
    sender: senderOf(issuance, step.issuer),
  })
  return answered.ok ? parseCredentialResponse(answered.value) : answered
}

async function take(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  response: CredentialResponse,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  if (response.kind === 'issued') return keepIssued(wallet, issuance, step, response)
  const { deferredId: transactionId, intervalSeconds } = response
  const { authorizationServer, metadata } = step.issuer
  if (metadata.deferredCredentialEndpoint === undefined) return refuse({ code: 'deferred_endpoint_missing' })
  const { clientId, configuration, entitlement, owned } = step
  const { configurations: _all, ...known } = metadata
  const issuer = { authorizationServer, metadata: known }
  const content = { entitlement, configuration, issuer, clientId, transactionId }
  await keepDeferred(wallet, owned, issuance, { slot: slotOf(entitlement), content, intervalSeconds })
  return ok(issuance)
}

function noticeFor({ issuer }: CredentialStep, notificationId: string | undefined): Notice | undefined {
  const { notificationEndpoint: endpoint } = issuer.metadata
  return endpoint === undefined || notificationId === undefined ? undefined : { endpoint, notificationId }
}

type IssuedResponse = Extract<CredentialResponse, { readonly kind: 'issued' }>

export async function keepIssued(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  { credentials, notificationId }: IssuedResponse,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  if (step.lease !== undefined) await checkLease(wallet, step.lease)
  const notice = noticeFor(step, notificationId)
  const judged = await judge(wallet, issuance, step, credentials)
  if (judged.ok) {
    const noted = await noteDown(wallet, issuance, step, notice)
    return store(wallet, noted, step, judged.value)
  }
  const { error: reason } = judged
  if (notice !== undefined) await tellFailure(wallet, issuance, notice, FAILURES[reason])
  return refuse({ code: 'credential_unacceptable', reason })
}

/** §8.3: never more credentials than proofs. Where we sent one, the first that is ours is kept. */
async function judge(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  credentials: readonly string[],
): Promise<Result<OurCredential, UnacceptableReason>> {
  const keys = issuance.progress.keys?.[slotOf(step.entitlement)]
  if (keys !== undefined) {
    const batch = await judgeBatch(wallet, step.configuration, keys, credentials)
    return batch.ok ? ok({ ...batch.value, isBound: false }) : batch
  }
  let firstReason: UnacceptableReason | undefined
  for (const content of credentials) {
    const opened = await openedAsOurs(wallet, issuance, step, content)
    if (opened.ok) return opened
    firstReason ??= opened.error
  }
  return refuse(firstReason ?? 'unreadable')
}

/** What whoever writes issuers reads of it; ASCII without quotes and backslashes (§11.1). */
const FAILURES: Readonly<Record<UnacceptableReason, string>> = {
  size: 'The credential is larger than this wallet takes',
  unreadable: 'The credential cannot be read',
  type: 'The credential is of another type than was offered',
  binding: 'The credential is not bound to the key that was proven',
  key_repeated: 'Two credentials of the batch are bound to one key',
  content_differs: 'The credentials of the batch do not say the same',
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
  { configuration, entitlement, issuer, lease, owned }: CredentialStep,
  { isBound, ...credential }: OurCredential,
): Promise<Result<IssuanceRecord, CredentialRefusal>> {
  const { drawings, look } = await lookFor(wallet, credential.held, configuration.look)
  const received: NewCredential = {
    ...credential,
    issuanceId: issuance.id,
    slot: slotOf(entitlement),
    format: configuration.format,
    look,
    keyId: isBound ? issuance.keyId : undefined,
    party: partyOf(issuer.metadata),
    alongside: lease && ((transaction) => settle(wallet, transaction, lease, 'came')),
  }
  const { renews } = issuance.progress
  const id =
    renews === undefined
      ? await storeCredential(wallet, owned, received)
      : await replaceCredential(wallet, owned, renews, received)
  const values = credential.held.claims
  if (id !== undefined) await keepDrawings(wallet, owned, { credentialId: id, values, drawings })
  return ok(issuance)
}

interface OurCredential extends Pick<NewCredential, 'content' | 'copies' | 'held'> {
  /** To the holder's key; otherwise to nobody's, or each copy to its own. */
  readonly isBound: boolean
}

async function openedAsOurs(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: CredentialStep,
  content: string,
): Promise<Result<OurCredential, UnacceptableReason>> {
  const { configuration, signer } = step
  const opened = await openedFor(wallet, configuration, content)
  if (!opened.ok) return opened
  const held = opened.value
  const isBound =
    held.holderKey === undefined
      ? nameIn(wallet, held, await ourNames(wallet, issuance, step)) !== undefined
      : sameKey(held.holderKey, signer.publicJwk)
  if (isBound) return ok({ content, held, isBound })
  const namesNobody = held.holderKey === undefined && held.holderKeyUrl === undefined
  return namesNobody && configuration.keyReference === undefined
    ? ok({ content, held, isBound })
    : refuse('binding')
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
    const { [slot]: _its, ...envelopes } = progress.envelopes ?? {}
    return { ...progress, requests, envelopes }
  })
}
