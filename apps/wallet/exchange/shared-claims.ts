/**
 * What was really shared: the presentations as they were posted, opened again, and what they show (OpenID4VP 1.0 §8.1). Nobody
 * is asked what the holder picked or the verifier wanted.
 */
import { isJsonArray, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { RECEIVED } from '@countersign/core/size-limits'
import type { ViewClaim } from '@countersign/credential/display/credential-view'
import { findCredential, type StoredCredential } from '../credentials/credentials.ts'
import { type Disclosed, disclosedClaims } from '../credentials/disclosed-claims.ts'
import { cardOf, claimsSeen, type Locales, type ShownCard, titleOf } from '../credentials/shown.ts'
import { findRecord } from '../present/presentation-record.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type RequestExchange, requestOf } from './resolved-request.ts'

export interface SharedCredential extends ShownCard {
  readonly queryId: string
  readonly claims: readonly ViewClaim[]
}

export async function sharedCredentials(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: RequestExchange,
  locales: Locales,
): Promise<readonly SharedCredential[]> {
  if ((exchange.done?.picked.length ?? 0) === 0) return []
  const record = await findRecord(wallet, owned, requestOf(exchange.resolved))
  if (record === undefined) return []
  const shared: SharedCredential[] = []
  for (const sent of presentationsIn(record.sent.body)) {
    const one = await sharedCredential(wallet, owned, { ...sent, exchange, locales })
    if (one !== undefined) shared.push(one)
  }
  return shared
}

interface Sent {
  readonly queryId: string
  /** Place among the presentations of that query. */
  readonly at: number
  readonly presentation: string
}

interface Showing extends Sent {
  readonly exchange: RequestExchange
  readonly locales: Locales
}

function presentationsIn(body: string): readonly Sent[] {
  const text = new URLSearchParams(body).get('vp_token') ?? '{}'
  const vpToken = parseJsonObject(text, { maxBytes: RECEIVED.exchange })
  const entries: JsonObject = vpToken.ok ? vpToken.value : {}
  return Object.entries(entries).flatMap(([queryId, presentations]) =>
    (isJsonArray(presentations) ? presentations : []).flatMap((presentation, at) =>
      typeof presentation === 'string' ? [{ queryId, at, presentation }] : [],
    ),
  )
}

async function sharedCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  { at, exchange, locales, presentation, queryId }: Showing,
): Promise<SharedCredential | undefined> {
  const picked = exchange.done?.picked.filter((pick) => pick.queryId === queryId)[at]
  const found = picked && (await findCredential(wallet, owned, picked.credentialId))
  const credential = found?.ok === true ? found.value : undefined
  const disclosed = await opened(wallet, exchange, { credential, presentation, queryId })
  if (disclosed === undefined) return undefined
  const card = credential
    ? cardOf(credential, locales)
    : { title: titleOf(undefined, disclosed.type, locales) }
  const asked = exchange.resolved.query.credentials.find(({ id }) => id === queryId)
  const paths = (asked?.claims ?? []).map(({ path }) => path)
  const seen = claimsSeen(wallet, disclosed, paths, credential?.look, locales)
  return { queryId, ...card, claims: seen.map(({ asked: _asked, ...claim }) => claim) }
}

/** A credential of one format may answer a query for another; one that is gone was of the one that was asked for. */
function opened(
  wallet: Wallet,
  { resolved }: RequestExchange,
  sent: {
    readonly credential: StoredCredential | undefined
    readonly presentation: string
    readonly queryId: string
  },
): Promise<Disclosed | undefined> | undefined {
  const asked = resolved.query.credentials.find(({ id }) => id === sent.queryId)
  const format = wallet.formats.get(sent.credential?.held.format ?? asked?.format ?? '')
  return format && disclosedClaims(wallet, format, sent.presentation, sent.credential?.held.claims)
}
