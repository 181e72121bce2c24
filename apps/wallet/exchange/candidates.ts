/**
 * Credentials that answer a query, each with what whoever asks would see of it: what is asked for, what cannot be withheld
 * beside it, what the holder may add, and what stays.
 */
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import { claimView, pathsOverlap, type ViewClaim } from '@countersign/credential/display/credential-view'
import { type ClaimChoice, claimChoices } from '@countersign/protocol/openid4vp/dcql/claim-choices'
import type { CredentialQueryMatch } from '@countersign/protocol/openid4vp/dcql/match'
import type { CredentialQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { StoredCredential } from '../credentials/credentials.ts'
import { type Disclosed, wouldDisclose } from '../credentials/disclosed-claims.ts'
import type { Matched } from '../present/match-credentials.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { cardOf, claimsShown, type Locales, type ShownCard } from './shown.ts'

export interface Candidate extends ShownCard {
  readonly credentialId: string
  readonly claims: readonly NeededClaim[]
  readonly optional: readonly ViewClaim[]
  readonly alternatives: readonly { readonly alternative: number; readonly claims: readonly ViewClaim[] }[]
  readonly notShared: { readonly labels: readonly string[]; readonly more: number }
  readonly expiresAt?: number | undefined
}

interface NeededClaim extends ViewClaim {
  /** `with_credential`: nobody asks for it, and it cannot be withheld. */
  readonly needed: 'asked' | 'with_credential'
}

export interface Asked {
  readonly asked: CredentialQuery
  readonly fitting: CredentialQueryMatch['candidates']
  readonly matched: Matched
  readonly locales: Locales
}

/** A person does not choose among more. */
const MAX_CANDIDATES = 20
const MAX_NAMED = 3

export async function candidatesOf(
  wallet: Wallet,
  owned: OwnedWallet,
  { asked, fitting, locales, matched }: Asked,
): Promise<readonly Candidate[]> {
  const format = wallet.formats.get(asked.format)
  if (format === undefined) return []
  const candidates: Candidate[] = []
  for (const { credentialId } of fitting.slice(0, MAX_CANDIDATES)) {
    const credential = matched.credentials.find(({ id }) => id === credentialId)
    const choices = credential ? claimChoices(asked, format, credential.held.claims) : []
    const [first] = choices
    if (credential === undefined || first === undefined) continue
    const disclosed = await wouldDisclose(wallet, owned, credential, first.needed)
    if (disclosed !== undefined)
      candidates.push(candidate(wallet, { credential, choices, disclosed, locales }))
  }
  return candidates
}

interface Offered {
  readonly credential: StoredCredential
  readonly choices: readonly ClaimChoice[]
  readonly disclosed: Disclosed
  readonly locales: Locales
}

function candidate(wallet: Wallet, { choices, credential, disclosed, locales }: Offered): Candidate {
  const { held, id: credentialId, look } = credential
  const [first = { needed: [], optional: [] }, ...others] = choices
  const view = (paths: ClaimChoice['needed']) => paths.map((path) => claimView(held, path, look, locales))
  const claims = claimsShown(wallet, disclosed, look, locales).map((claim): NeededClaim => {
    const isAsked = first.needed.some((path) => pathsOverlap(path, claim.path))
    return { ...claim, needed: isAsked ? 'asked' : 'with_credential' }
  })
  // What is shown anyway is nobody's choice.
  const optional = view(
    first.optional.filter((path) => resolveClaimPath(disclosed.claims, path).length === 0),
  )
  const all = claimsShown(wallet, held, look, locales)
  const stays = all.filter(
    (claim) => ![...claims, ...optional].some(({ path }) => pathsOverlap(path, claim.path)),
  )
  const labels = stays.slice(0, MAX_NAMED).map(({ label }) => label)
  return {
    credentialId,
    ...cardOf(wallet, credential, locales),
    claims,
    optional,
    alternatives: others.map(({ needed }, at) => ({ alternative: at + 1, claims: view(needed) })),
    notShared: { labels, more: stays.length - labels.length },
    expiresAt: held.expiresAt,
  }
}
