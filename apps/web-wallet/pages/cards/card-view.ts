/** A stored credential as the home page shows it. Pure. */
import type { CredentialView } from '@countersign/api/wallet/credentials'

export interface HomeCard {
  readonly id: string
  readonly type: string
  readonly title: string
  readonly issuer?: string | undefined
  readonly holder?: string | undefined
  /** Epoch seconds. */
  readonly expiresAt?: number | undefined
}

/** Names of people, in whichever order a type has them. */
const GIVEN = ['given_name', 'givenName', 'firstName', 'first_name']
const FAMILY = ['family_name', 'familyName', 'lastName', 'last_name']

export function homeCard(view: CredentialView): HomeCard {
  const { id, type, title, issuer, expiresAt } = view
  const holder = [claimNamed(view, GIVEN), claimNamed(view, FAMILY)]
    .filter((part) => part !== undefined)
    .join(' ')
  return {
    id,
    type,
    title,
    issuer: issuer === undefined ? undefined : URL.parse(issuer)?.host || issuer,
    ...(holder !== '' && { holder }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function claimNamed({ claims }: CredentialView, names: readonly string[]): string | undefined {
  return claims.find(({ path }) => names.includes(String(path.at(-1))))?.value
}

const DAY_SECONDS = 86_400
/** From so many days before it a card says that it ends. */
const SOON_DAYS = 30

export type Validity =
  | { readonly state: 'lasting' | 'ended' }
  | { readonly state: 'ending'; readonly days: number }

export function validityAt(expiresAt: number | undefined, nowSeconds: number): Validity {
  if (expiresAt === undefined) return { state: 'lasting' }
  if (expiresAt <= nowSeconds) return { state: 'ended' }
  const days = Math.ceil((expiresAt - nowSeconds) / DAY_SECONDS)
  return days <= SOON_DAYS ? { state: 'ending', days } : { state: 'lasting' }
}

/** Search over everything that the card shows. */
export function matches({ title, issuer, holder }: HomeCard, words: string): boolean {
  const text = [title, issuer, holder].join(' ').toLocaleLowerCase()
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
