/**
 * Makes a credential offer (OpenID4VCI 1.0 §4): what it promises is checked, the session begins, and the wallet gets the
 * address of the offer or the offer itself.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import type { OfferedGrants } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import {
  offerUrlByReference,
  offerUrlByValue,
  writeCredentialOffer,
} from '@countersign/protocol/openid4vci/offer'
import { offerIssuance } from '@countersign/protocol/openid4vci/session/offered'
import { redemptionsUpTo } from '@countersign/protocol/openid4vci/session/redemptions'
import type {
  Authentication,
  IssuanceSession,
  OfferedIssuance,
  ProfileName,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import { TOLD_WITHIN_SECONDS } from '@countersign/protocol/session-callback'
import {
  type CallbackAddress,
  type CallbackNotAllowed,
  callbackFor,
  findCallbackRefusal,
} from '@countersign/service/callbacks/parse-callback'
import { StoreUnavailable } from '@countersign/stores/ports'
import { offerAuthorizationCode } from '../authorization/authorization-code.ts'
import { offerPreAuthorizedCode } from '../authorization/pre-authorized-code.ts'
import { refreshSecondsFor } from '../authorization/refresh-token.ts'
import {
  type OrderedTxCode,
  orderTransactionCode,
  type TxCodeOrder,
} from '../authorization/transaction-code.ts'
import type { Issuer } from '../issuer.ts'
import {
  type CredentialOrder,
  type PromiseRefusal,
  type PromisingPorts,
  promiseCredentials,
} from './promise-credential.ts'
import {
  findUserRefusal,
  isOfSomebody,
  type UserPorts,
  type UserRefusal,
  withUsualClaims,
} from './user-terms.ts'

export interface CreateOffer {
  readonly credentials: readonly CredentialOrder[]
  readonly txCode?: TxCodeOrder | undefined
  /** How whoever comes shows in a browser that he may have it; absent: the code in the offer says so. */
  readonly authentication?: Authentication | undefined
  /** How many may take it up, each in an issuance of his own; 1 when absent. */
  readonly maxRedemptions?: number | undefined
  readonly byValue: boolean
  readonly ttlSeconds?: number | undefined
  /** Who is told of every event; nobody when absent. */
  readonly callback?: CallbackAddress | undefined
  /** Whose terms these are; absent: the caller's own. */
  readonly profile?: ProfileName | undefined
}

export type OfferRefusal =
  | PromiseRefusal
  | CallbackNotAllowed
  | UserRefusal
  /** A pre-authorized code is for one. */
  | { readonly code: 'redemptions_not_taken' }

export interface CreatedOffer {
  readonly id: string
  readonly url: string
  readonly expiresAt: number
  /** The transaction code, where it was made here and the caller has to be told. */
  readonly txCodeValue?: string
}

type WritingPorts = Pick<Issuer, 'baseUrl' | 'macs'>
export type OfferPorts = PromisingPorts &
  WritingPorts &
  UserPorts &
  Pick<Issuer, 'sessions' | 'limits' | 'due' | 'callbacks'>

export async function createOffer(
  issuer: OfferPorts,
  order: CreateOffer,
): Promise<Result<CreatedOffer, OfferRefusal>> {
  const id = encodeBase64url(issuer.crypto.randomBytes(16))
  const prepared = await prepareOffer(issuer, order, { id, now: issuer.now() })
  if (!prepared.ok) return prepared
  if (!(await beginOffer(issuer, prepared.value.session)))
    throw new Error('a random session id exists already')
  return ok(await written(issuer, prepared.value.session, order, prepared.value.txCode))
}

/** Under which id an offer is made, and as of when. */
export interface ReservedOffer {
  readonly id: string
  /** Epoch seconds; the same each time, so that who comes late makes no offer that lasts longer than the first. */
  readonly now: number
}

/**
 * An offer whose id was laid down before: whoever began it and died, it is made once, and told again to whoever comes back. A
 * transaction code is given with the order, since a session tells none.
 */
export async function createReservedOffer(
  issuer: OfferPorts,
  order: CreateOffer,
  reserved: ReservedOffer,
): Promise<Result<CreatedOffer, OfferRefusal>> {
  const prepared = await prepareOffer(issuer, order, reserved)
  if (!prepared.ok) return prepared
  const { session } = prepared.value
  if (await beginOffer(issuer, prepared.value.session)) return ok(await written(issuer, session, order))
  const found = await issuer.sessions.get(reserved.id)
  if (found === undefined) throw new StoreUnavailable('a session went away while it was looked for')
  if (session.callback !== undefined) await issuer.due.put(reserved.id, 0)
  return ok(await written(issuer, found.value, order))
}

interface PreparedOffer {
  readonly session: OfferedIssuance
  readonly txCode: OrderedTxCode | undefined
}

async function prepareOffer(
  issuer: OfferPorts,
  order: CreateOffer,
  { id, now }: ReservedOffer,
): Promise<Result<PreparedOffer, OfferRefusal>> {
  const notAllowed = findCallbackRefusal(issuer.callbacks, order.callback)
  if (notAllowed !== undefined) return refuse(notAllowed)
  const { maxRedemptions = 1 } = order
  if (maxRedemptions > 1 && order.authentication === undefined)
    return refuse({ code: 'redemptions_not_taken' })
  const promised = await promisesOf(issuer, order)
  if (!promised.ok) return promised
  const txCode = order.txCode && (await orderTransactionCode(issuer, id, order.txCode))
  const session = offerIssuance(
    {
      id,
      promised: promised.value,
      txCode: txCode?.kept,
      expiresAt: now + (order.ttlSeconds ?? issuer.limits.offerTtlSeconds),
      authentication: order.authentication,
      callback: order.callback && callbackFor(order.callback, id),
      profile: order.profile,
      redemptions: maxRedemptions > 1 ? redemptionsUpTo(maxRedemptions) : undefined,
    },
    now,
  )
  return ok({ session, txCode })
}

/** What an offer of these terms promises to whoever takes it up. */
export async function promisesOf(
  issuer: PromisingPorts & UserPorts,
  order: Pick<CreateOffer, 'authentication' | 'credentials'>,
): Promise<Result<readonly PromisedCredential[], PromiseRefusal | UserRefusal>> {
  const unavailable = await findUserRefusal(issuer, order.authentication)
  if (unavailable !== undefined) return refuse(unavailable)
  const user = isOfSomebody(order.authentication) ? 'known_later' : 'nobody'
  return promiseCredentials(issuer, withUsualClaims(issuer, order), user)
}

/** False where there is one of this id. */
export async function beginOffer(
  issuer: Pick<OfferPorts, 'due' | 'limits' | 'sessions'>,
  session: OfferedIssuance,
): Promise<boolean> {
  const { createdAt, expiresAt, id, promised } = session
  // Who wants to be told is told for a day, also of the last event.
  const told = session.callback === undefined ? 0 : TOLD_WITHIN_SECONDS
  const keptSeconds = keptAfterSeconds(issuer.limits, promised)
  if (!(await issuer.sessions.create(id, session, expiresAt - createdAt + keptSeconds + told))) return false
  if (session.callback !== undefined) await issuer.due.put(id, (expiresAt - createdAt) * 1000)
  return true
}

async function written(
  issuer: WritingPorts,
  session: IssuanceSession,
  order: CreateOffer,
  txCode?: OrderedTxCode,
): Promise<CreatedOffer> {
  const { expiresAt, id } = session
  const offer = { id, url: await addressOf(issuer, session, order), expiresAt }
  return txCode === undefined || order.txCode?.value !== undefined
    ? offer
    : { ...offer, txCodeValue: txCode.value }
}

/** A token may be taken at the last moment of the offer, and what it is good for, the session says as long as it lives. */
export function keptAfterSeconds(
  limits: Issuer['limits'],
  promised: readonly Pick<PromisedCredential, 'deferral'>[],
): number {
  const { bearerTtlSeconds, boundTtlSeconds, resultRetentionSeconds } = limits
  const refreshSeconds = refreshSecondsFor(limits, promised)
  return Math.max(resultRetentionSeconds, bearerTtlSeconds, boundTtlSeconds, refreshSeconds)
}

/** The offer as the wallet reads it. Its codes are derived again each time: nothing of them is stored. */
export async function offerOf(issuer: WritingPorts, session: IssuanceSession): Promise<JsonObject> {
  return writeCredentialOffer({
    issuer: issuer.baseUrl,
    configurationIds: session.configurationIds,
    grants: await grantsOf(issuer, session),
  })
}

async function grantsOf(issuer: WritingPorts, session: IssuanceSession): Promise<OfferedGrants> {
  return session.authentication === undefined
    ? { [PRE_AUTHORIZED_CODE]: await offerPreAuthorizedCode(issuer, session) }
    : { [AUTHORIZATION_CODE]: await offerAuthorizationCode(issuer, session) }
}

async function addressOf(
  issuer: WritingPorts,
  session: IssuanceSession,
  { byValue }: CreateOffer,
): Promise<string> {
  return byValue
    ? offerUrlByValue(await offerOf(issuer, session))
    : offerUrlByReference(`${issuer.baseUrl}/credentialOffer?id=${session.id}`)
}
