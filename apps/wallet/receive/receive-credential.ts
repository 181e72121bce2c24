/**
 * Takes up a credential offer (OpenID4VCI 1.0). Nothing is lost and nothing is doubled: each step is
 * written down before it is made, so that the same call, made again after a crash, at the same time or on another
 * instance, goes on where the first one was, and one made after the end answers with the same credentials.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import type { CredentialOffer } from '@countersign/protocol/openid4vci/offer'
import {
  credentialsOfIssuance,
  roomFor,
  type StoredCredential,
  type TooManyCredentials,
} from '../credentials/credentials.ts'
import { keepLogos } from '../credentials/pictures.ts'
import { chooseDid, type DidUnknown, namesOfKey } from '../dids/dids.ts'
import { type KeyUnknown, openKey } from '../keys/keys.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { askFor } from './authorization-plan.ts'
import { roomToWait, type TooManyWaiting } from './deferred-record.ts'
import {
  type FetchMetadataRefusal,
  type FetchOfferRefusal,
  fetchIssuer,
  fetchIssuerMetadata,
  fetchOffer,
  type Issuer,
} from './fetch-offer.ts'
import { finishIfWhole } from './finish-issuance.ts'
import { type IssuancePlan, type PlanRefusal, planIssuance } from './issuance-plan.ts'
import { beginIssuance, findIssuance, type IssuanceRecord, issuanceHash } from './issuance-record.ts'
import { type CredentialRefusal, obtainCredential } from './obtain-credential.ts'
import { clientIdFor, obtainToken, type TokenRefusal } from './obtain-token.ts'
import { keepRenewal } from './renewal-record.ts'
import { type SendRefusal, sendToAuthorize } from './send-to-authorize.ts'
import { tellAccepted } from './tell-issuer.ts'

export interface UseOffer {
  /** The URL of an offer, or its JSON. */
  readonly offer: string
  /** Whose key the credentials are bound to; when absent that of each copy, or the default DID's. A repeated call keeps the first one's. */
  readonly did?: string | undefined
  readonly txCode?: string | undefined
}

export type ReceiveRefusal =
  | SendRefusal
  /** In a browser, and this call has none. */
  | { readonly code: 'authorization_needed' }
  | FetchOfferRefusal
  | FetchMetadataRefusal
  | PlanRefusal
  | TokenRefusal
  | CredentialRefusal
  | DidUnknown
  | KeyUnknown
  | TooManyCredentials
  | TooManyWaiting

/** The offer as it is written, for somebody who looks before accepting. */
export async function resolveCredentialOffer(
  wallet: Wallet,
  offer: string,
): Promise<Result<JsonObject, FetchOfferRefusal>> {
  const fetched = await fetchOffer(wallet, offer)
  return fetched.ok ? ok(fetched.value.json) : fetched
}

export async function resolveIssuerMetadata(
  wallet: Wallet,
  issuer: string,
): Promise<Result<JsonObject, FetchMetadataRefusal>> {
  const fetched = await fetchIssuerMetadata(wallet, issuer)
  return fetched.ok ? ok(fetched.value.json) : fetched
}

export async function useOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  request: UseOffer,
): Promise<Result<readonly StoredCredential[], ReceiveRefusal>> {
  const fetched = await fetchOffer(wallet, request.offer)
  if (!fetched.ok) return fetched
  const { offer } = fetched.value
  const issuer = () => fetchIssuer(wallet, offer)
  const taken = await takeUpOffer(wallet, owned, { ...request, offer, issuer })
  if (!taken.ok) return taken
  if (!('credentials' in taken.value)) throw new Error('somebody is sent away who cannot come back')
  return ok(taken.value.credentials)
}

/** An offer that was read, and how to come by its issuer where that is still needed. */
export interface TakeUp extends Pick<UseOffer, 'did' | 'txCode'> {
  readonly offer: CredentialOffer
  readonly issuer: () => Promise<Result<Issuer, FetchMetadataRefusal>>
  /** Where the holder looks at it, who can be sent to a browser from there. */
  readonly exchange?: { readonly id: string; readonly redirectUri?: string | undefined } | undefined
}

export interface TakenUp {
  readonly issuanceId: string
  readonly credentials: readonly StoredCredential[]
}

/** It goes on in a browser. */
export interface SentAway {
  readonly authorizeAt: string
}

export async function takeUpOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  request: TakeUp,
): Promise<Result<TakenUp | SentAway, ReceiveRefusal>> {
  const hash = await issuanceHash(wallet, request.offer, request.exchange?.id)
  const before = await findIssuance(wallet, owned, hash)
  if (before?.finished === true) return ok(await takenUp(wallet, owned, before))

  const prepared = await prepare(wallet, owned, { ...request, hash }, before)
  if (!prepared.ok) return prepared
  const { issuance, issuer, plan, signer } = prepared.value
  const sent = await sendAway(wallet, prepared.value, request)
  if (sent !== undefined) return sent
  const granted = await obtainToken(wallet, issuance, { issuer, plan, txCode: request.txCode })
  if (!granted.ok) return granted
  const obtained = await obtainAll(wallet, granted.value, { owned, issuer, plan, signer })
  const { refused } = obtained
  if (refused === undefined) {
    await keepRenewal(wallet, owned, obtained.issuance, {
      issuer,
      plan,
      clientId: clientIdFor(wallet, issuer, plan),
    })
    return ok(await takenUp(wallet, owned, await finishIfWhole(wallet, obtained.issuance)))
  }
  // Of what came before.
  await tellAccepted(wallet, obtained.issuance)
  return refused
}

/** Undefined where nobody has to go anywhere, or somebody has come back. */
async function sendAway(
  wallet: Wallet,
  { issuance, issuer, plan }: Prepared,
  { exchange }: TakeUp,
): Promise<Result<SentAway, ReceiveRefusal> | undefined> {
  const { configurations, grant } = plan
  const { authorization, token } = issuance.progress
  const isBack = issuance.finished || token !== undefined || authorization?.code !== undefined
  if (grant.type !== AUTHORIZATION_CODE || isBack) return undefined
  if (exchange === undefined) throw new Error('what cannot go on in a browser was planned all the same')
  const asked = askFor(issuer.metadata, configurations)
  const { id: exchangeId, redirectUri } = exchange
  const sent = await sendToAuthorize(wallet, issuance, { issuer, grant, asked, exchangeId, redirectUri })
  return sent.ok ? ok({ authorizeAt: sent.value }) : sent
}

/** What came of an issuance; the issuer hears of it first, if it has not, and logos are fetched meanwhile. */
async function takenUp(wallet: Wallet, owned: OwnedWallet, issuance: IssuanceRecord): Promise<TakenUp> {
  const credentials = await credentialsOfIssuance(wallet, owned, issuance.id)
  await Promise.all([tellAccepted(wallet, issuance), keepLogos(wallet, owned, credentials)])
  return { issuanceId: issuance.id, credentials }
}

interface Prepared {
  readonly issuance: IssuanceRecord
  readonly issuer: Issuer
  readonly plan: IssuancePlan
  readonly signer: Signer
}

interface Wanted extends TakeUp {
  readonly hash: string
}

/** Everything that can be refused without spending the code; at the end the issuance is written down. */
async function prepare(
  wallet: Wallet,
  owned: OwnedWallet,
  wanted: Wanted,
  before: IssuanceRecord | undefined,
): Promise<Result<Prepared, ReceiveRefusal>> {
  const issuer = await wanted.issuer()
  if (!issuer.ok) return issuer
  const chosen = before === undefined ? await keyOfDid(wallet, owned, wanted.did) : ok(before.keyId)
  if (!chosen.ok) return chosen
  const planned = await planWith(wallet, owned, wanted, issuer.value, chosen.value)
  if (!planned.ok) return planned
  const room = await roomFor(wallet, owned, planned.value.plan.configurations.length)
  if (!room.ok) return room
  const waiting = before === undefined ? await roomToWait(wallet, owned) : ok(undefined)
  if (!waiting.ok) return waiting
  const issuance = before ?? (await beginIssuance(wallet, owned, wanted.hash, chosen.value))
  if (issuance.keyId === chosen.value) return ok({ ...planned.value, issuance, issuer: issuer.value })
  // Somebody else began at the same moment, with another key: that one counts.
  const replanned = await planWith(wallet, owned, wanted, issuer.value, issuance.keyId)
  return replanned.ok ? ok({ ...replanned.value, issuance, issuer: issuer.value }) : replanned
}

async function keyOfDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: string | undefined,
): Promise<Result<string, DidUnknown>> {
  const chosen = await chooseDid(wallet, owned, did)
  return chosen.ok ? ok(chosen.value.keyId) : chosen
}

async function planWith(
  wallet: Wallet,
  owned: OwnedWallet,
  { did, exchange, offer, txCode }: Wanted,
  issuer: Issuer,
  keyId: string,
): Promise<Result<{ readonly plan: IssuancePlan; readonly signer: Signer }, ReceiveRefusal>> {
  const signer = await openKey(wallet, owned, keyId)
  if (!signer.ok) return signer
  const names = await namesOfKey(wallet, owned, { keyId, publicJwk: signer.value.publicJwk })
  const plan = planIssuance({
    offer,
    issuer,
    signer: signer.value,
    names,
    txCode,
    formats: wallet.formats,
    batchCopies: wallet.batchCopies,
    did,
  })
  if (!plan.ok) return plan
  // Before anything is written down.
  if (plan.value.grant.type === AUTHORIZATION_CODE && exchange === undefined)
    return refuse({ code: 'authorization_needed' })
  return ok({ plan: plan.value, signer: signer.value })
}

interface Obtained {
  readonly issuance: IssuanceRecord
  /** Why it is not everything. */
  readonly refused?: Result<never, CredentialRefusal>
}

/** One after the other: each is stored before the next is asked for. */
async function obtainAll(
  wallet: Wallet,
  granted: IssuanceRecord,
  { owned, issuer, plan, signer }: Omit<Prepared, 'issuance'> & { readonly owned: OwnedWallet },
): Promise<Obtained> {
  let current = granted
  for (const entitlement of granted.progress.token?.entitled ?? []) {
    const configuration = plan.configurations.find(({ id }) => id === entitlement.configurationId)
    if (configuration === undefined) throw new Error('a token was kept for what was not planned')
    const clientId = clientIdFor(wallet, issuer, plan)
    const step = { owned, issuer, entitlement, configuration, signer, clientId }
    const obtained = await obtainCredential(wallet, current, step)
    if (!obtained.ok) return { issuance: current, refused: obtained }
    current = obtained.value
    if (current.finished) break
  }
  return { issuance: current }
}
