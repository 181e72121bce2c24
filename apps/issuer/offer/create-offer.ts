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
import type {
  Authentication,
  IssuanceSession,
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
import { offerAuthorizationCode } from '../authorization/authorization-code.ts'
import { offerPreAuthorizedCode } from '../authorization/pre-authorized-code.ts'
import { refreshSecondsFor } from '../authorization/refresh-token.ts'
import { orderTransactionCode, type TxCodeOrder } from '../authorization/transaction-code.ts'
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
  readonly byValue: boolean
  readonly ttlSeconds?: number | undefined
  /** Who is told of every event; nobody when absent. */
  readonly callback?: CallbackAddress | undefined
  /** Whose terms these are; absent: the caller's own. */
  readonly profile?: ProfileName | undefined
}

export type OfferRefusal = PromiseRefusal | CallbackNotAllowed | UserRefusal

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
  const notAllowed = findCallbackRefusal(issuer.callbacks, order.callback)
  if (notAllowed !== undefined) return refuse(notAllowed)
  const unavailable = await findUserRefusal(issuer, order.authentication)
  if (unavailable !== undefined) return refuse(unavailable)
  const promised = await promiseCredentials(
    issuer,
    withUsualClaims(issuer, order),
    isOfSomebody(order.authentication) ? 'known_later' : 'nobody',
  )
  if (!promised.ok) return promised
  const id = encodeBase64url(issuer.crypto.randomBytes(16))
  const txCode = order.txCode && (await orderTransactionCode(issuer, id, order.txCode))
  const now = issuer.now()
  const expiresAt = now + (order.ttlSeconds ?? issuer.limits.offerTtlSeconds)
  const session = offerIssuance(
    {
      id,
      promised: promised.value,
      txCode: txCode?.kept,
      expiresAt,
      authentication: order.authentication,
      callback: order.callback && callbackFor(order.callback, id),
      profile: order.profile,
    },
    now,
  )
  // Who wants to be told is told for a day, also of the last event.
  const told = session.callback === undefined ? 0 : TOLD_WITHIN_SECONDS
  const keptSeconds = keptAfterSeconds(issuer.limits, session.promised)
  if (!(await issuer.sessions.create(id, session, expiresAt - now + keptSeconds + told)))
    throw new Error('a random session id exists already')
  if (session.callback !== undefined) await issuer.due.put(id, (expiresAt - now) * 1000)
  const offer = { id, url: await addressOf(issuer, session, order), expiresAt }
  return ok(
    txCode === undefined || order.txCode?.value !== undefined
      ? offer
      : { ...offer, txCodeValue: txCode.value },
  )
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
