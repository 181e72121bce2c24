/**
 * Which lists that a request names vouch for the credentials of a wallet (`etsi_tl`, OpenID4VP 1.0 §6.1.1.2): lists that this wallet has
 * itself. What a request names and nobody configured here is not fetched: whoever asks would say whom the wallet calls.
 */
import { listsNamedBy } from '@countersign/protocol/openid4vp/dcql/authorities'
import { type HeldForQuery, matchQuery } from '@countersign/protocol/openid4vp/dcql/match'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { StoredCredential } from '../credentials/credentials.ts'
import { judgeIssuer } from '../credentials/judged-issuer.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

/** The credentials, each with those lists; it is looked at who lack nothing else than an authority. */
export async function withVouchingLists<Held extends StoredCredential & HeldForQuery>(
  wallet: Wallet,
  owned: OwnedWallet,
  query: DcqlQuery,
  held: readonly Held[],
): Promise<readonly Held[]> {
  const lists = wallet.issuers?.lists
  const named = new Set(query.credentials.flatMap(listsNamedBy))
  const known = [...named].flatMap((url) => {
    const trust = lists?.(url)
    return trust === undefined ? [] : [{ url, trust }]
  })
  if (known.length === 0) return held
  const unmatched = matchQuery(query, held, wallet.formats).queries.flatMap((one) => one.unmatched)
  const lacking = new Set(
    unmatched.flatMap((one) => (one.reason === 'trusted_authority' ? one.credentialId : [])),
  )
  const looked: Held[] = []
  for (const credential of held) {
    const vouchingLists: string[] = []
    for (const { trust, url } of lacking.has(credential.id) ? known : [])
      if ((await judgeIssuer(wallet, owned, credential, trust)).ok) vouchingLists.push(url)
    looked.push({ ...credential, vouchingLists })
  }
  return looked
}
