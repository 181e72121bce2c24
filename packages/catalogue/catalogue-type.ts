/**
 * A credential type in full: the only place where a claim is named. Schema, type metadata, card and issuer metadata are
 * derived from it. It is written shorter (`written-type.ts`); what is here has everything in it.
 */
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, ValueEncoding } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { DisclosureRule } from '@countersign/credential/type-metadata/type-metadata'
import type { Topic } from './topics.ts'
import type { ClaimUse } from './vocabulary.ts'

export interface ClaimLabel {
  readonly locale: string
  readonly label: string
}

export interface CatalogueClaim {
  readonly path: readonly string[]
  readonly display: readonly ClaimLabel[]
  /** Whether the holder may withhold it; the words of SD-JWT VC type metadata. */
  readonly sd: DisclosureRule
  readonly mandatory: boolean
  /** How a format that is no JSON writes the value; absent: as JSON has it. */
  readonly encoding?: ValueEncoding['as'] | undefined
  /** The same for values within it; paths start below the claim. */
  readonly encodings?: readonly ValueEncoding[] | undefined
  /** JSON Schema (2020-12) of the value. */
  readonly schema: JsonObject
  /** What is within it, in words; paths start below the claim, and `null` stands for each entry of a list. */
  readonly parts: readonly { readonly path: ClaimPath; readonly display: readonly ClaimLabel[] }[]
  readonly use: ClaimUse
}

/** What stands on the card beside the title. Each is a path to a claim or to a value within one. */
export interface CatalogueCard {
  /** `#rrggbb`, like the next. */
  readonly background: string
  readonly text: string
  /** At the top: whose card it is. */
  readonly from?: readonly string[] | undefined
  /** At the foot: the holder's name, or a number. */
  readonly foot: readonly (readonly string[])[]
  /** At the foot, on the other side: until when it is good. */
  readonly end?: readonly string[] | undefined
}

export interface CatalogueType {
  /** Name in the repository, e.g. `IdentityCredential`. */
  readonly name: string
  /** Short name, e.g. `identity_credential`. */
  readonly id: string
  readonly topic: Topic
  /** What the type is called in each format that it comes in: `vct`, document type, W3C type. */
  readonly formats: Readonly<Record<FormatId, string>>
  /** Namespace of the data elements in an mdoc. */
  readonly namespace?: string | undefined
  /** How long a credential of this type is good unless the issue call says otherwise, in days; absent: what the format says. */
  readonly lifetimeDays?: number | undefined
  /** One entry a language; the first counts where nobody names one. */
  readonly display: readonly {
    readonly locale: string
    readonly name: string
    readonly description: string
  }[]
  readonly card: CatalogueCard
  readonly claims: readonly CatalogueClaim[]
  /** Claims of an invented person. */
  readonly example: JsonObject
}

/** JSON Schema (2020-12) of the claims, without the registered ones that the issuer sets. */
export function claimsSchema(type: CatalogueType): JsonObject {
  const properties = Object.fromEntries(type.claims.map((claim) => [claim.path.join('.'), claim.schema]))
  const required = type.claims.filter((claim) => claim.mandatory).map((claim) => claim.path.join('.'))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type.name,
    type: 'object',
    properties,
    required,
  }
}

/** In the first language. */
export function descriptionOf({ display }: CatalogueType): string {
  return display[0]?.description ?? ''
}

export interface LabelledPath {
  readonly path: ClaimPath
  readonly display: readonly ClaimLabel[]
  /** Absent for what is within a claim: it has no rules of its own. */
  readonly mandatory?: boolean
}

/** Every place that has a name for people: the claims, each followed by what is within it. */
export function labelledPaths(claims: readonly CatalogueClaim[]): readonly LabelledPath[] {
  return claims.flatMap(({ display, mandatory, parts, path }) => [
    { path, display, mandatory },
    ...parts.map((part) => ({ path: [...path, ...part.path], display: part.display })),
  ])
}

/** The paths that a credential of this type makes withholdable unless the issue call says otherwise. */
export function withholdablePaths(type: CatalogueType): readonly ClaimPath[] {
  return type.claims.filter((claim) => claim.sd !== 'never').map((claim) => claim.path)
}

/** Which values a format that is no JSON writes in a form of their own. */
export function valueEncodings(type: CatalogueType): readonly ValueEncoding[] {
  return type.claims.flatMap(({ path, encoding, encodings = [] }) => [
    ...(encoding === undefined ? [] : [{ path, as: encoding }]),
    ...encodings.map((inner) => ({ path: [...path, ...inner.path], as: inner.as })),
  ])
}
