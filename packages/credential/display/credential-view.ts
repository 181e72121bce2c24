/**
 * A credential as people see it, the same for every format: title, issuer, colours, pictures and labelled values. What
 * the type says of its look comes from SD-JWT VC type metadata or from an issuer's configuration; without either the
 * names of the claims have to do. Plain data: drawing, escaping and loading of pictures is the user interface's.
 */

import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { resolveClaimPath } from '../contract/claim-path.ts'
import type { ClaimPath } from '../contract/format.ts'
import type { FormatFacts } from '../contract/format-facts.ts'
import type { FormatId } from '../contract/format-id.ts'
import { displayValue } from './display-value.ts'

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
    claims:
      look && look.claims.length > 0
        ? labelled(credential, format, look, locales)
        : unlabelled(credential, format),
  }
}

/** One claim at a concrete path, under the label that the type has for it or for the object around it. */
export function claimView(
  { claims }: Pick<Viewed, 'claims'>,
  path: ClaimPath,
  look: TypeLook | undefined,
  locales: readonly string[] = ['en'],
): ViewClaim {
  return { path, label: claimLabel(path, look, locales), value: displayValue(valueAt(claims, path)) }
}

/** What people call the claim: by the type's own words where it has some for this path, otherwise by its name. */
export function claimLabel(
  path: ClaimPath,
  look: TypeLook | undefined,
  locales: readonly string[] = ['en'],
): string {
  const described = look?.claims.find(
    (claim) => claim.path.length === path.length && isWithin(path, claim.path),
  )
  return (described && bestFor(described.labels, locales)?.label) ?? labelOf(path)
}

/** Whether one of both paths leads to what the other one stands in. */
export function pathsOverlap(one: ClaimPath, other: ClaimPath): boolean {
  return isWithin(one, other) || isWithin(other, one)
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

/** In the order of the type; what the type does not speak of follows under its own name. */
function labelled(
  credential: Viewed,
  format: ViewedFormat,
  look: TypeLook,
  locales: readonly string[],
): readonly ViewClaim[] {
  const { claims } = credential
  const shown = look.claims.flatMap(({ path, labels }): readonly ViewClaim[] => {
    const values = resolveClaimPath(claims, path).map((place) => displayValue(valueAt(claims, place)))
    if (values.length === 0) return []
    const label = bestFor(labels, locales)?.label ?? labelOf(path)
    return [{ path, label, value: values.join(', ') }]
  })
  const isShown = (path: ClaimPath) => look.claims.some((claim) => pathsOverlap(path, claim.path))
  return [...shown, ...unlabelled(credential, format).filter(({ path }) => !isShown(path))]
}

function isWithin(outer: ClaimPath, inner: ClaimPath): boolean {
  return outer.length <= inner.length && outer.every((step, at) => step === inner[at] || inner[at] === null)
}

function unlabelled({ claims }: Viewed, { envelope, subjectMember }: ViewedFormat): readonly ViewClaim[] {
  const subject = subjectMember === undefined ? undefined : claims[subjectMember]
  if (subjectMember !== undefined && isJsonObject(subject)) {
    return leaves(subject, [subjectMember]).filter(({ path }) => path.at(-1) !== 'id')
  }
  return leaves(claims).filter(({ path }) => !envelope.includes(String(path[0])))
}

/** Members of the outermost object; those of a namespace or an inner object one level further. */
function leaves(claims: JsonObject, above: ClaimPath = []): readonly ViewClaim[] {
  return Object.entries(claims).flatMap(([name, value]): readonly ViewClaim[] => {
    const path = [...above, name]
    if (isJsonObject(value) && path.length < 2 + above.length) return leaves(value, path)
    return [{ path, label: labelOf(path), value: displayValue(value) }]
  })
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

/** `urn:eudi:pid:1`, `org.iso.18013.5.1.mDL`, `given_name`, `UniversityDegree` as words. */
export function readableName(name: string): string {
  const last = name.split(/[/:#.]/).findLast((part) => /[A-Za-z]{2}/.test(part)) ?? name
  const words = last
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}
