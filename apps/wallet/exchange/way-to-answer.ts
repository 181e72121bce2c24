/**
 * One way in which a credential answers a query, and what whoever asks would see by it: what is asked for, what cannot be
 * withheld beside it, what the holder may add and what goes along with that, and what stays. Nothing of it is concluded from the
 * query: each part is read out of a presentation that was made for it and that nobody gets.
 */
import type { Caution } from '@countersign/catalogue/caution'
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { withoutPart, withoutPlaces } from '@countersign/credential/display/claims-apart'
import { claimView, covers, type ViewClaim } from '@countersign/credential/display/credential-view'
import type { ClaimChoice } from '@countersign/protocol/openid4vp/dcql/claim-choices'
import type { CredentialQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { StoredCredential } from '../credentials/credentials.ts'
import { type Disclosed, wouldDisclose } from '../credentials/disclosed-claims.ts'
import { claimsSeen, claimsShown, type Locales } from '../credentials/shown.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export interface Way {
  readonly claims: readonly NeededClaim[]
  readonly optional: readonly OptionalClaim[]
  readonly notShared: { readonly labels: readonly string[]; readonly more: number }
  /** Names of members that go along and are in no claim above. */
  readonly technical: readonly string[]
}

/** A claim that would leave. */
interface LeavingClaim extends ViewClaim {
  /** Most who ask can do without it. */
  readonly caution?: Caution | undefined
}

interface NeededClaim extends LeavingClaim {
  /** `with_credential`: nobody asks for it, and it cannot be withheld. */
  readonly needed: 'asked' | 'with_credential'
}

interface OptionalClaim extends LeavingClaim {
  /** Nobody asks for it, and it cannot be withheld beside this one. */
  readonly along: readonly LeavingClaim[]
}

export interface Answering {
  readonly asked: CredentialQuery
  readonly credential: StoredCredential
  readonly choice: ClaimChoice
  readonly locales: Locales
}

interface Shown extends Answering {
  readonly disclosed: Disclosed
  readonly withCaution: (claim: ViewClaim) => LeavingClaim
}

/** A person does not tick more. */
const MAX_OPTIONAL = 50
const MAX_NAMED = 3

/** Undefined where the credential cannot be presented so. */
export async function wayToAnswer(
  wallet: Wallet,
  owned: OwnedWallet,
  answering: Answering,
): Promise<Way | undefined> {
  const { asked, choice, credential, locales } = answering
  const disclosed = await wouldDisclose(wallet, owned, credential, choice.needed)
  if (disclosed === undefined) return undefined
  const seen = claimsSeen(wallet, disclosed, pathsFor(asked, choice), credential.look, locales)
  // What is shown anyway is nobody's choice.
  const free = choice.optional
    .filter((path) => resolveClaimPath(disclosed.claims, path).length === 0)
    .slice(0, MAX_OPTIONAL)
  const withCaution = await cautions(credential)
  const shown = { ...answering, disclosed, withCaution }
  const optional: OptionalClaim[] = []
  for (const path of free) optional.push(...(await optionalClaim(wallet, owned, shown, path)))
  return {
    claims: seen.map(({ asked: isAsked, ...claim }) => ({
      ...withCaution(claim),
      needed: isAsked ? 'asked' : 'with_credential',
    })),
    optional,
    notShared: notShared(wallet, shown, free),
    technical: technicalMembers(disclosed, seen),
  }
}

/** Of the claims that the query names, those that this choice is made of. */
function pathsFor({ claims = [] }: CredentialQuery, { needed }: ClaimChoice): readonly ClaimPath[] {
  return claims.map(({ path }) => path).filter((path) => needed.some((place) => covers(path, place)))
}

async function optionalClaim(
  wallet: Wallet,
  owned: OwnedWallet,
  { choice, credential, disclosed, locales, withCaution }: Shown,
  path: ClaimPath,
): Promise<readonly OptionalClaim[]> {
  const { held, look } = credential
  const more = await wouldDisclose(wallet, owned, credential, [...choice.needed, path])
  if (more === undefined) return []
  const added = { ...more, claims: withoutPart(more.claims, disclosed.claims) }
  // Elements of a list have other places where some of them are left out.
  const anywhere = path.map((step) => (typeof step === 'number' ? null : step))
  const along = claimsSeen(wallet, added, [anywhere], look, locales).filter(({ asked }) => !asked)
  return [
    {
      ...withCaution(claimView(held, path, look, locales)),
      along: along.map(({ asked: _asked, ...claim }) => withCaution(claim)),
    },
  ]
}

/** What is known of the use of claims is much, and no start waits for it. */
async function cautions({ held }: StoredCredential): Promise<Shown['withCaution']> {
  const { cautionFor } = await import('@countersign/catalogue/caution')
  return (claim) => ({ ...claim, caution: cautionFor(held.type, claim.path, held.claims) })
}

function notShared(
  wallet: Wallet,
  { credential, disclosed, locales }: Shown,
  free: readonly ClaimPath[],
): Way['notShared'] {
  const { held, look } = credential
  const claims = withoutPlaces(withoutPart(held.claims, disclosed.claims), free)
  const stays = claimsShown(wallet, { ...held, claims }, look, locales)
  const labels = stays.slice(0, MAX_NAMED).map(({ label }) => label)
  return { labels, more: stays.length - labels.length }
}

/** What goes along with every credential of the kind and says nothing of its holder. */
function technicalMembers({ claims }: Disclosed, seen: readonly ViewClaim[]): readonly string[] {
  const told = new Set(seen.map(({ path }) => path[0]))
  return Object.keys(claims).filter((name) => !told.has(name))
}
