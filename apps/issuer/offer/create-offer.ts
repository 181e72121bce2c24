/** Makes a credential offer (OpenID4VCI 1.0 §4): claims are checked now, so that a wallet never meets bad data. */
import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { Signer } from '@countersign/crypto/engine'
import { writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import {
  offerUrlByReference,
  offerUrlByValue,
  writeCredentialOffer,
} from '@countersign/protocol/openid4vci/offer'
import type {
  IssuanceSession,
  PromisedCredential,
  TransactionCode,
} from '@countersign/protocol/openid4vci/session/session'
import { appendEvent } from '@countersign/protocol/session-event'
import type { Issuer } from '../issuer.ts'
import { applyMapping, type MappingMistake } from '../types/data-functions.ts'
import { findType, type IssuableType } from '../types/issuable-types.ts'
import { type ClaimsMistake, checkClaims } from './claims-schema.ts'
import { takeRegistered } from './registered-members.ts'
import { type DisclosureMap, type DisclosureMapMistake, selectivePaths } from './selective-disclosure.ts'
import { tryIssuance, type UnissuableMistake } from './trial-issuance.ts'

export interface CredentialOrder {
  readonly configurationId: string
  readonly claims: JsonObject
  readonly mapping?: JsonObject
  readonly disclosureMap?: DisclosureMap
  readonly issuerKey?: JsonObject
  readonly issuerDid?: string
  /** Base64 DER, leaf first. */
  readonly x5c?: readonly string[]
  /** Goes before what the data says. */
  readonly lifetimeSeconds?: number
  /** Absent: where there are status lists. */
  readonly status?: boolean
}

export interface TxCodeOrder {
  readonly inputMode: 'numeric' | 'text'
  readonly length: number
  readonly description?: string
  /** Absent: made here. */
  readonly value?: string
}

export interface CreateOffer {
  readonly credentials: readonly CredentialOrder[]
  readonly txCode?: TxCodeOrder
  readonly byValue: boolean
  readonly ttlSeconds?: number
}

export type OfferRefusal =
  | {
      readonly code: 'configuration_unknown'
      readonly configurationId: string
      readonly known: readonly string[]
    }
  | { readonly code: 'configuration_repeated'; readonly configurationId: string }
  | { readonly code: 'issuer_key_unusable'; readonly reason: string }
  | { readonly code: 'status_unavailable' }
  | MappingMistake
  | ClaimsMistake
  | DisclosureMapMistake
  | DisclosureChoice
  | UnissuableMistake

/** What can be withheld is fixed by the format. */
interface DisclosureChoice {
  readonly code: 'disclosure_not_chosen'
  readonly configurationId: string
}

export interface CreatedOffer {
  readonly id: string
  readonly url: string
  readonly expiresAt: number
  /** Only when it was made here. */
  readonly txCodeValue?: string
}

export async function createOffer(
  issuer: Issuer,
  order: CreateOffer,
): Promise<Result<CreatedOffer, OfferRefusal>> {
  const promised = await promiseAll(issuer, order.credentials)
  if (!promised.ok) return promised
  const id = encodeBase64url(issuer.crypto.randomBytes(16))
  const txCodeValue = order.txCode && (order.txCode.value ?? makeTxCode(issuer, order.txCode))
  const txCode =
    order.txCode && txCodeValue ? await storedTxCode(issuer, id, order.txCode, txCodeValue) : undefined
  const session = newSession(issuer, id, promised.value, txCode, order.ttlSeconds)
  const ttlSeconds = session.expiresAt - session.createdAt + issuer.limits.resultRetentionSeconds
  if (!(await issuer.sessions.create(id, session, ttlSeconds)))
    throw new Error('a random session id exists already')
  const url = order.byValue
    ? offerUrlByValue(await offerOf(issuer, session))
    : offerUrlByReference(`${issuer.baseUrl}/credentialOffer?id=${id}`)
  const made = order.txCode?.value === undefined ? txCodeValue : undefined
  return ok({ id, url, expiresAt: session.expiresAt, ...(made !== undefined && { txCodeValue: made }) })
}

/** The offer as the wallet reads it. The code is derived again each time: nothing of it is stored. */
export async function offerOf(issuer: Issuer, session: IssuanceSession): Promise<JsonObject> {
  const { txCode } = session
  return writeCredentialOffer({
    issuer: issuer.baseUrl,
    configurationIds: session.configurationIds,
    preAuthorizedCode: await writeDerivedSecret('pre-authorized_code', session.id, issuer.macs.grant),
    ...(txCode && {
      txCode: {
        inputMode: txCode.inputMode,
        length: txCode.length,
        ...(txCode.description && { description: txCode.description }),
      },
    }),
  })
}

/** Keyed with the session id, so that equal codes of two sessions do not look equal. */
export async function txCodeHash(issuer: Issuer, sessionId: string, value: string): Promise<string> {
  return issuer.macs.txCode(`${sessionId}:${value}`)
}

async function promiseAll(
  issuer: Issuer,
  orders: readonly CredentialOrder[],
): Promise<Result<readonly PromisedCredential[], OfferRefusal>> {
  const promised: PromisedCredential[] = []
  for (const order of orders) {
    const one = await promiseOne(issuer, order)
    if (!one.ok) return one
    const { configurationId } = one.value
    if (promised.some((before) => before.configurationId === configurationId)) {
      return refuse({ code: 'configuration_repeated', configurationId })
    }
    promised.push(one.value)
  }
  return ok(promised)
}

async function promiseOne(
  issuer: Issuer,
  order: CredentialOrder,
): Promise<Result<PromisedCredential, OfferRefusal>> {
  const type = findType(issuer.types, order.configurationId)
  if (type === undefined) {
    const known = [...issuer.types.keys()]
    return refuse({ code: 'configuration_unknown', configurationId: order.configurationId, known })
  }
  const { status } = order
  if (status === true && issuer.statusLists === undefined) return refuse({ code: 'status_unavailable' })
  const mapped = applyMapping(order.claims, order.mapping ?? {}, {
    now: issuer.now(),
    randomUuid: () => randomUuid(issuer),
    issuer: order.issuerDid ?? issuer.baseUrl,
    display: type.configuration.display.map(({ locale, name }) => ({
      name,
      ...(locale !== undefined && { locale }),
    })),
  })
  if (!mapped.ok) return mapped
  const { format } = type.configuration
  const taken = takeRegistered(format, mapped.value, issuer.now())
  const { claims } = taken
  const checked = checkClaims(type, claims)
  if (!checked.ok) return checked
  const paths = disclosablePaths(order, type, claims)
  if (!paths.ok) return paths
  const key = await usableKey(issuer, order, format)
  if (!key.ok) return key
  const promised = {
    configurationId: type.configuration.id,
    type: type.configuration.type,
    claims,
    selectivelyDisclosable: paths.value,
    lifetimeSeconds: order.lifetimeSeconds ?? taken.lifetimeSeconds ?? type.lifetimeSeconds,
    ...(status !== undefined && { status }),
    ...key.value.kept,
  }
  const tried = await tryIssuance(issuer, type, promised, key.value.signer)
  return tried.ok ? ok(promised) : tried
}

function disclosablePaths(
  { configurationId, disclosureMap }: CredentialOrder,
  type: IssuableType,
  claims: JsonObject,
): Result<readonly ClaimPath[], DisclosureMapMistake | DisclosureChoice> {
  if (disclosureMap === undefined) return ok(presentPaths(type, claims))
  if (!type.choosesDisclosures) return refuse({ code: 'disclosure_not_chosen', configurationId })
  return selectivePaths(disclosureMap, claims)
}

function presentPaths(type: IssuableType, claims: JsonObject): readonly ClaimPath[] {
  return type.selectivelyDisclosable.filter((path) => resolveClaimPath(claims, path).length > 0)
}

interface UsableKey {
  readonly signer: Signer
  /** What the session keeps of a key that the call brought along. */
  readonly kept: Pick<PromisedCredential, 'issuerKey' | 'x5c' | 'issuer'>
}

/** A key that cannot sign is found out now, not when the wallet asks. */
async function usableKey(
  issuer: Issuer,
  order: CredentialOrder,
  format: FormatId,
): Promise<Result<UsableKey, OfferRefusal>> {
  if (order.issuerKey === undefined) return ok({ signer: issuer.signerFor(format), kept: {} })
  const opened = await issuer.openCallerKey.signer(order.issuerKey, order.x5c, format)
  if (!opened.ok) return refuse({ code: 'issuer_key_unusable', reason: opened.error.code })
  const { x5c } = opened.value
  const { issuerKey, issuerDid } = order
  const kept = {
    issuerKey,
    ...(x5c !== undefined && { x5c }),
    ...(issuerDid !== undefined && { issuer: issuerDid }),
  }
  return ok({ signer: opened.value, kept })
}

function newSession(
  issuer: Issuer,
  id: string,
  promised: readonly PromisedCredential[],
  txCode: TransactionCode | undefined,
  ttlSeconds: number | undefined,
): IssuanceSession {
  const now = issuer.now()
  return {
    state: 'offered',
    id,
    createdAt: now,
    expiresAt: now + (ttlSeconds ?? issuer.limits.offerTtlSeconds),
    configurationIds: promised.map(({ configurationId }) => configurationId),
    promised,
    ...(txCode && { txCode }),
    wrongTxCodes: 0,
    events: appendEvent([], 'offered', now),
  }
}

async function storedTxCode(
  issuer: Issuer,
  id: string,
  order: TxCodeOrder,
  value: string,
): Promise<TransactionCode> {
  const { inputMode, description } = order
  const hash = await txCodeHash(issuer, id, value)
  return { hash, inputMode, length: value.length, ...(description !== undefined && { description }) }
}

/** Uniform over the alphabet: bytes beyond the largest multiple of its size are thrown away. */
function makeTxCode(issuer: Issuer, order: TxCodeOrder): string {
  const alphabet = order.inputMode === 'numeric' ? '0123456789' : 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  const limit = 256 - (256 % alphabet.length)
  let code = ''
  while (code.length < order.length) {
    for (const byte of issuer.crypto.randomBytes(32)) {
      if (byte < limit && code.length < order.length) code += alphabet[byte % alphabet.length]
    }
  }
  return code
}

function randomUuid(issuer: Issuer): string {
  const bytes = issuer.crypto.randomBytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
