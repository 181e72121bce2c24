/**
 * A credential as people see it, the same for every format: title, issuer, colours, pictures and labelled values. What
 * the type says of its look comes from SD-JWT VC type metadata or from an issuer's configuration; without either the
 * names of the claims have to do. Plain data: drawing, escaping and loading of pictures is the user interface's.
 */

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { resolveClaimPath } from '../contract/claim-path.ts'
import type { ClaimPath } from '../contract/format.ts'
import type { FormatFacts } from '../contract/format-facts.ts'
import type { FormatId } from '../contract/format-id.ts'
import { withoutPlaces } from './claims-apart.ts'
import { displayValue } from './display-value.ts'
import { readableName } from './readable-name.ts'

export interface CredentialView {
  readonly format: FormatId
  readonly type: string
  readonly title: string
  readonly description?: string | undefined
  readonly issuer?: string | undefined
  readonly backgroundColor?: string | undefined
  readonly textColor?: string | undefined
  readonly logo?: ViewImage | undefined
  readonly backgroundImage?: ViewImage | undefined
  readonly claims: readonly ViewClaim[]
  /** Claims that are in the credential and cannot be shown; absent where there are none. */
  readonly unshown?: readonly ClaimPath[] | undefined
  /** Epoch seconds. */
  readonly expiresAt?: number | undefined
}

export interface ViewImage {
  /** An https URL or a `data:` URL with the image in it. */
  readonly uri: string
  readonly altText?: string | undefined
}

export interface ViewClaim {
  readonly path: ClaimPath
  readonly label: string
  /** Plain text: whoever shows it escapes it. */
  readonly value: string
}

/** How a type wants to look, one entry a locale. */
export interface TypeLook {
  readonly displays: readonly LocalDisplay[]
  readonly claims: readonly {
    readonly path: ClaimPath
    readonly labels: readonly { readonly locale?: string; readonly label: string }[]
  }[]
}

export interface LocalDisplay
  extends Pick<CredentialView, 'backgroundColor' | 'textColor' | 'logo' | 'backgroundImage'> {
  readonly locale?: string | undefined
  readonly name: string
  readonly description?: string | undefined
}

export interface Viewed {
  readonly format: FormatId
  readonly type: string
  readonly claims: JsonObject
  readonly unshown?: readonly ClaimPath[] | undefined
  readonly issuer?: string | undefined
  readonly expiresAt?: number | undefined
}

/** What of the format says which claims are about the holder. */
export type ViewedFormat = Pick<FormatFacts, 'envelope' | 'subjectMember'>

/** `locales`: BCP 47 tags, the most wanted first. */
export function credentialView(
  credential: Viewed,
  format: ViewedFormat,
  look: TypeLook | undefined,
  locales: readonly string[] = ['en'],
): CredentialView {
  const display = look && bestFor(look.displays, locales)
  const { expiresAt, issuer, type, unshown } = credential
  return {
    format: credential.format,
    type,
    title: display?.name ?? readableName(type),
    description: display?.description,
    issuer,
    backgroundColor: display?.backgroundColor,
    textColor: display?.textColor,
    logo: display?.logo,
    backgroundImage: display?.backgroundImage,
    expiresAt,
    unshown,
    claims: claimsOf(credential, format, look, locales),
  }
}

/** In the order of the type; what the type does not speak of follows under its own name. */
function claimsOf(
  { claims }: Pick<Viewed, 'claims'>,
  format: ViewedFormat,
  look: TypeLook | undefined,
  locales: readonly string[],
): readonly ViewClaim[] {
  const described = outermost((look?.claims ?? []).map(({ path }) => path))
  const shown = described.flatMap((path) => claimsAt(claims, path, look, locales))
  const rest = withoutPlaces(
    claims,
    described.flatMap((path) => resolveClaimPath(claims, path)),
  )
  const others = ownLeaves(rest, format.envelope(claims), format.subjectMember)
  return [...shown, ...others.map((path) => claimView({ claims: rest }, path, look, locales))]
}

/** What is at a path, in one row; none where nothing is there. */
export function claimsAt(
  claims: JsonObject,
  path: ClaimPath,
  look: TypeLook | undefined,
  locales: readonly string[],
): readonly ViewClaim[] {
  const values = resolveClaimPath(claims, path).map((place) => textAt(claims, place, look, locales))
  return values.length === 0
    ? []
    : [{ path, label: claimLabel(path, look, locales), value: values.join(', ') }]
}

/** One claim at a concrete path, under the label that the type has for it or for the object around it. */
export function claimView(
  { claims }: Pick<Viewed, 'claims'>,
  path: ClaimPath,
  look: TypeLook | undefined,
  locales: readonly string[] = ['en'],
): ViewClaim {
  return { path, label: claimLabel(path, look, locales), value: textAt(claims, path, look, locales) }
}

function textAt(
  claims: JsonObject,
  place: ClaimPath,
  look: TypeLook | undefined,
  locales: readonly string[],
): string {
  const nameOf = (inner: ClaimPath) => claimLabel([...place, ...inner], look, locales)
  return displayValue(valueAt(claims, place), { nameOf, locales })
}

/** What people call the claim: by the type's own words where it has some for this path, otherwise by its name. */
export function claimLabel(
  path: ClaimPath,
  look: TypeLook | undefined,
  locales: readonly string[] = ['en'],
): string {
  return bestFor(claimLabels(path, look), locales)?.label ?? labelOf(path)
}

/** The type's own words for this path, in every language that it has them in. */
export function claimLabels(
  path: ClaimPath,
  look: TypeLook | undefined,
): TypeLook['claims'][number]['labels'] {
  const named = namedPart(path)
  const described = look?.claims.find(({ path: other }) => {
    const its = namedPart(other)
    return its.length === named.length && covers(its, named)
  })
  return described?.labels ?? []
}

/** An element of a list is called as the list is. */
function namedPart(path: ClaimPath): ClaimPath {
  return path.slice(0, path.findLastIndex((step) => typeof step === 'string') + 1)
}

/** Without those that another one leads to or through: what is within another is a part of it. */
export function outermost(paths: readonly ClaimPath[]): readonly ClaimPath[] {
  return paths.filter(
    (path, at) =>
      !paths.some(
        (other, place) => place !== at && covers(other, path) && (place < at || !covers(path, other)),
      ),
  )
}

/** The exact tag, then the same language, then the first. */
export function bestFor<T extends { readonly locale?: string | undefined }>(
  entries: readonly T[],
  locales: readonly string[],
): T | undefined {
  for (const wanted of locales.map((locale) => locale.toLowerCase())) {
    const exact = entries.find(({ locale }) => locale?.toLowerCase() === wanted)
    const near = entries.find(({ locale }) => languageOf(locale ?? '') === languageOf(wanted))
    if (exact ?? near) return exact ?? near
  }
  return entries[0]
}

function languageOf(locale: string): string {
  return locale.toLowerCase().split('-', 1)[0] ?? ''
}

/** Whether `inner` leads to nothing but what `outer` leads to or through. */
export function covers(outer: ClaimPath, inner: ClaimPath): boolean {
  const isMet = (step: ClaimPath[number], at: number) =>
    step === inner[at] || (step === null && typeof inner[at] === 'number')
  return outer.length <= inner.length && outer.every(isMet)
}

/** Paths of everything that says something of the holder. */
function ownLeaves(
  claims: JsonObject,
  ofCredential: readonly string[],
  subjectMember: string | undefined,
): readonly ClaimPath[] {
  return Object.keys(claims).flatMap((name) => {
    if (name === subjectMember) return subjectLeaves(claims[name], [name])
    const isOfCredential = ofCredential.includes(name) || isOwnNumber(name, claims[name])
    return isOfCredential ? [] : leavesBelow(claims[name], [name])
  })
}

/** The subject is called by an identifier that the credential is bound to, and has no claim in it. */
function subjectLeaves(subject: JsonValue | undefined, above: ClaimPath): readonly ClaimPath[] {
  if (isJsonArray(subject)) return subject.flatMap((one, at) => subjectLeaves(one, [...above, at]))
  if (!isJsonObject(subject)) return subject === undefined ? [] : [above]
  return Object.keys(subject)
    .filter((name) => name !== 'id')
    .flatMap((name) => leavesBelow(subject[name], [...above, name]))
}

/**
 * A random number that names the credential itself (RFC 9562) says no more of its holder than the issuer's signature does. Any
 * other `id` may be somebody's.
 */
function isOwnNumber(name: string, value: JsonValue | undefined): boolean {
  const isNumber = typeof value === 'string' && /^urn:uuid:[0-9a-f-]{36}$/i.test(value)
  return isNumber && (name === 'id' || name === 'jti')
}

/** A member of the outermost object is a row, or a row for each of its own members where it has some. */
function leavesBelow(value: JsonValue | undefined, path: ClaimPath): readonly ClaimPath[] {
  return isJsonObject(value) ? Object.keys(value).map((name) => [...path, name]) : [path]
}

function valueAt(claims: JsonObject, place: ClaimPath): JsonValue {
  return place.reduce<JsonValue>((value, step) => {
    if (value === null || step === null || typeof value !== 'object') return null
    return Object.hasOwn(value, step) ? ((value as Record<string | number, JsonValue>)[step] ?? null) : null
  }, claims)
}

function labelOf(path: ClaimPath): string {
  const name = path.findLast((step) => typeof step === 'string')
  return readableName(String(name ?? ''))
}
