/**
 * What was really shared (OpenID4VP 1.0 §8.1): what the history tells of the answer, which was read out of the presentations
 * themselves. Nothing, where the holder has deleted that entry.
 */
import type { ViewClaim } from '@countersign/credential/display/credential-view'
import type { Locales, ShownCard } from '../credentials/shown.ts'
import { findEvent } from '../history/read-events.ts'
import { shownCredential } from '../history/shown-event.ts'
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
  const found = record && (await findEvent(wallet, owned, record.id))
  if (found?.ok !== true) return []
  const { event, values } = found.value
  return event.summary.credentials.map((credential, at) => {
    const { claims, issuer: issuerName, title } = shownCredential(credential, locales, values[at])
    const { queryId = '' } = credential
    return {
      queryId,
      title,
      issuerName,
      claims: claims.map(({ value = '', ...claim }) => ({ ...claim, value })),
    }
  })
}
