/** Which credentials of a wallet answer a request (OpenID4VP 1.0 §6.4). Deleted and expired ones are not there for it. */
import { ok, type Result } from '@countersign/core/result'
import { matchQuery, type QueryMatch } from '@countersign/protocol/openid4vp/dcql/match'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import { listCredentials, type StoredCredential } from '../credentials/credentials.ts'
import { type CredentialAsBound, withBinding } from '../credentials/holder-signer.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type FetchRequestRefusal, fetchRequest } from './fetch-request.ts'
import { withVouchingLists } from './vouching-lists.ts'

export interface Matched {
  readonly match: QueryMatch
  readonly credentials: readonly CredentialAsBound[]
  /** Held, and no longer good for an answer. */
  readonly expired: readonly CredentialAsBound[]
}

/** The credentials that could be sent, each once, in the order of the query. */
export async function matchCredentials(
  wallet: Wallet,
  owned: OwnedWallet,
  requestUrl: string,
): Promise<Result<readonly StoredCredential[], FetchRequestRefusal>> {
  const request = await fetchRequest(wallet, requestUrl)
  if (!request.ok) return request
  const { match, credentials } = await matchHeld(wallet, owned, request.value.query)
  const ids = match.queries.flatMap((query) => query.candidates.map(({ credentialId }) => credentialId))
  return ok([...new Set(ids)].flatMap((id) => credentials.find((credential) => credential.id === id) ?? []))
}

/** The newest first: where nobody picks, the latest credential of a kind is sent. */
export async function matchHeld(wallet: Wallet, owned: OwnedWallet, query: DcqlQuery): Promise<Matched> {
  const now = wallet.now()
  const bound = await withBinding(wallet, owned, await listCredentials(wallet, owned))
  const held = await withVouchingLists(wallet, owned, query, bound)
  const isGood = ({ held: { expiresAt } }: StoredCredential) => expiresAt === undefined || expiresAt > now
  const newestFirst = held.filter(isGood).toReversed()
  const expired = held.filter((one) => !isGood(one)).toReversed()
  return { match: matchQuery(query, newestFirst, wallet.formats), credentials: newestFirst, expired }
}
