/**
 * What the same receiver was told before, as far as this wallet remembers: whoever decides shall know whether they come here for
 * the first time. Computed here, and told to the holder alone.
 */
import type { ClaimPath } from '@countersign/credential/contract/format'
import { detailKey } from '../credentials/shown.ts'
import { hasUnknownReceivers, lastSharedWith } from '../present/presentation-record.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { Candidate } from './candidates.ts'
import { type ResolvedRequest, requestOf } from './resolved-request.ts'

/** `false`: never. */
export type SharedBefore =
  | { readonly shared: false }
  | {
      readonly shared: true
      /** Epoch seconds, the last time. */
      readonly at: number
      /** How many details. */
      readonly details: number
      /** They are those that would be shared now, unless the holder chooses otherwise. */
      readonly same: boolean
      /** They called themselves by another identifier, which a new certificate brings along. */
      readonly otherIdentifier: boolean
    }

/** Undefined where nobody knows. `chosen`: the first candidate of each query that has to be answered. */
export async function sharedBefore(
  wallet: Wallet,
  owned: OwnedWallet,
  resolved: ResolvedRequest,
  chosen: readonly Pick<Candidate, 'claims' | 'type'>[],
): Promise<SharedBefore | undefined> {
  const last = await lastSharedWith(wallet, owned, requestOf(resolved))
  if (last === undefined) return (await hasUnknownReceivers(wallet, owned)) ? undefined : { shared: false }
  const { credentials, party } = last.summary
  const details = detailsOf(credentials)
  const same = JSON.stringify(detailsOf(chosen).sort()) === JSON.stringify([...details].sort())
  const more = credentials.reduce((sum, { moreClaims }) => sum + moreClaims, 0)
  const otherIdentifier = party?.id !== resolved.clientId
  return { shared: true, at: last.at, details: details.length + more, same, otherIdentifier }
}

interface Detailed {
  readonly type: string
  readonly claims: readonly { readonly path: ClaimPath }[]
}

function detailsOf(cards: readonly Detailed[]): string[] {
  return cards.flatMap(({ claims, type }) => claims.map(({ path }) => detailKey(type, path)))
}
