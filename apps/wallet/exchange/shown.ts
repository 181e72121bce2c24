/**
 * What people are shown of others and of cards, in their language. Names, labels and values are other people's text: nothing
 * here makes them harmless but that values are one line of plain text. `trusted` never rests on the other side's own word.
 */
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import {
  bestFor,
  credentialView,
  readableName,
  type TypeLook,
  type ViewClaim,
  type ViewImage,
} from '@countersign/credential/display/credential-view'
import type { StoredCredential } from '../credentials/credentials.ts'
import type { Disclosed } from '../credentials/disclosed-claims.ts'
import type { Wallet } from '../wallet.ts'

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
  readonly backgroundColor?: string | undefined
  readonly textColor?: string | undefined
  readonly logo?: ViewImage | undefined
  readonly backgroundImage?: ViewImage | undefined
}

export interface ShownCard {
  readonly title: string
  readonly issuerName?: string | undefined
}

/** BCP 47 tags, the most wanted first. */
export type Locales = readonly string[]

const MAX_NAME = 200

export function cardOf(
  { formats }: Pick<Wallet, 'formats'>,
  { held, look }: Pick<StoredCredential, 'held' | 'look'>,
  locales: Locales,
): ShownCard {
  const { title } = credentialView(held, formats.spoken(held.format), look, locales)
  return { title, issuerName: held.claimedIssuer ?? issuerIn(held.claims) }
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

export function lookOf(look: TypeLook | undefined, locales: Locales): ShownLook {
  const display = look && bestFor(look.displays, locales)
  if (display === undefined) return {}
  const { backgroundColor, backgroundImage, description, logo, textColor } = display
  return { backgroundColor, backgroundImage, description, logo, textColor }
}

export function titleOf(look: TypeLook | undefined, type: string, locales: Locales): string {
  return (look && bestFor(look.displays, locales)?.name) ?? readableName(type)
}

/** A text of the other side's metadata, if it is one and not too long to be a name. */
export function nameIn(json: JsonObject | undefined, member: string): string | undefined {
  const name = json?.[member]
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, MAX_NAME) : undefined
}

/** W3C credentials name their issuer by a text or by an object with a name. */
function issuerIn({ iss, issuer }: JsonObject): string | undefined {
  if (typeof iss === 'string') return iss
  if (typeof issuer === 'string') return issuer
  return isJsonObject(issuer) ? (nameIn(issuer, 'name') ?? nameIn(issuer, 'id')) : undefined
}
