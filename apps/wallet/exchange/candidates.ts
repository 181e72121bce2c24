/** Credentials that answer a query, each with every way in which it does. */
import { claimChoices } from '@countersign/protocol/openid4vp/dcql/claim-choices'
import type { CredentialQueryMatch } from '@countersign/protocol/openid4vp/dcql/match'
import type { CredentialQuery } from '@countersign/protocol/openid4vp/dcql/query'
import { countCopies } from '../copies/copies.ts'
import type { StoredCredential } from '../credentials/credentials.ts'
import { cardOf, type Locales, lookOf, type ShownCard, type ShownLook } from '../credentials/shown.ts'
import type { Matched } from '../present/match-credentials.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type Way, wayToAnswer } from './way-to-answer.ts'

/** The first way, which is taken unless the holder picks another. */
export interface Candidate extends ShownCard, Way {
  readonly credentialId: string
  readonly type: string
  readonly look: ShownLook
  readonly alternatives: readonly (Way & { readonly alternative: number })[]
  readonly expiresAt?: number | undefined
  /** Every copy of it has been seen by somebody, and one is shown again. */
  readonly reused?: true | undefined
}

export interface Asked {
  readonly asked: CredentialQuery
  readonly fitting: CredentialQueryMatch['candidates']
  readonly matched: Matched
  readonly locales: Locales
}

/** A person does not choose among more. */
const MAX_CANDIDATES = 20
const MAX_ALTERNATIVES = 10

export async function candidatesOf(
  wallet: Wallet,
  owned: OwnedWallet,
  { asked, fitting, locales, matched }: Asked,
): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = []
  const shown = fitting.slice(0, MAX_CANDIDATES).map(({ credentialId }) => credentialId)
  const copies = await countCopies(wallet, owned, shown)
  for (const credentialId of shown) {
    const credential = matched.credentials.find(({ id }) => id === credentialId)
    const ways = credential ? await waysOf(wallet, owned, { asked, credential, locales }) : []
    const [first, ...others] = ways
    if (credential === undefined || first === undefined) continue
    candidates.push({
      credentialId,
      type: credential.held.type,
      ...cardOf(credential, locales),
      look: lookOf(credential.look, locales),
      ...first.way,
      alternatives: others.map(({ alternative, way }) => ({ alternative, ...way })),
      expiresAt: credential.held.expiresAt,
      ...(copies.get(credentialId)?.unused === 0 && { reused: true }),
    })
  }
  return candidates
}

interface Answerer {
  readonly asked: CredentialQuery
  readonly credential: StoredCredential
  readonly locales: Locales
}

/** By their places in the verifier's order; none where the first, which is what is sent otherwise, cannot be presented. */
async function waysOf(
  wallet: Wallet,
  owned: OwnedWallet,
  { asked, credential, locales }: Answerer,
): Promise<readonly { readonly alternative: number; readonly way: Way }[]> {
  const format = wallet.formats.get(asked.format)
  if (format === undefined) return []
  const ways: { readonly alternative: number; readonly way: Way }[] = []
  const choices = claimChoices(asked, format, credential.held.claims).slice(0, MAX_ALTERNATIVES)
  for (const [alternative, choice] of choices.entries()) {
    const way = await wayToAnswer(wallet, owned, { asked, credential, choice, locales })
    if (way !== undefined) ways.push({ alternative, way })
    else if (alternative === 0) return []
  }
  return ways
}
