/**
 * What people are shown of others and of cards, in their language. Names, labels and values are other people's text: nothing
 * here makes them harmless but that values are one line of plain text. `trusted` never rests on the other side's own word.
 */
import type { ClaimPath } from '@countersign/credential/contract/format'
import { cardColours } from '@countersign/credential/display/card-colours'
import {
  bestFor,
  credentialView,
  type TypeLook,
  type ViewClaim,
  type ViewImage,
} from '@countersign/credential/display/credential-view'
import { readableName } from '@countersign/credential/display/readable-name'
import { type SeenClaim, seenClaims } from '@countersign/credential/display/seen-claims'
import type { Wallet } from '../wallet.ts'
import { issuerName } from './claimed-issuer.ts'
import type { StoredCredential } from './credentials.ts'
import type { Disclosed } from './disclosed-claims.ts'

export interface ShownTrust {
  readonly trusted: boolean
  /** Whom the source of trust confirms. */
  readonly name?: string | undefined
  readonly anchor?: string | undefined
  readonly source?: string | undefined
  readonly reason?: string | undefined
}

export interface ShownLook {
  readonly description?: string | undefined
  /** What stands on it can be read. */
  readonly backgroundColor?: string | undefined
  readonly textColor?: string | undefined
  /** Whether a faint pattern in the colour of the text leaves it readable. */
  readonly print?: boolean | undefined
  /** Kept here: an address of our own. */
  readonly logo?: ViewImage | undefined
  /** The whole card with what is on it, likewise. */
  readonly drawing?: ViewImage | undefined
}

export interface ShownCard {
  readonly title: string
  /** The host that it was received from, where that is known. */
  readonly issuerName?: string | undefined
}

/** BCP 47 tags, the most wanted first. */
export type Locales = readonly string[]

export function cardOf({ held, look }: Pick<StoredCredential, 'held' | 'look'>, locales: Locales): ShownCard {
  return { title: titleOf(look, held.type, locales), issuerName: issuerName(held, look) }
}

/** Every claim that people see of it, in the order and the words of its type. */
export function claimsShown(
  { formats }: Pick<Wallet, 'formats'>,
  disclosed: Disclosed,
  look: TypeLook | undefined,
  locales: Locales,
): readonly ViewClaim[] {
  return credentialView(disclosed, formats.spoken(disclosed.format), look, locales).claims
}

/** What whoever asked for these paths gets to see, and what of it they asked for. */
export function claimsSeen(
  { formats }: Pick<Wallet, 'formats'>,
  disclosed: Disclosed,
  asked: readonly ClaimPath[],
  look: TypeLook | undefined,
  locales: Locales,
): readonly SeenClaim[] {
  return seenClaims(disclosed, formats.spoken(disclosed.format), asked, look, locales)
}

/** Names a detail of a kind of card, the same each time. */
export function detailKey(type: string, path: ClaimPath): string {
  return JSON.stringify([type, ...path])
}

export function lookOf(look: TypeLook | undefined, locales: Locales): ShownLook {
  const display = look && bestFor(look.displays, locales)
  if (display === undefined) return {}
  const { backgroundColor, description, textColor } = display
  return { description, ...cardColours(backgroundColor, textColor) }
}

export function titleOf(look: TypeLook | undefined, type: string, locales: Locales): string {
  return (look && bestFor(look.displays, locales)?.name) ?? readableName(type)
}
