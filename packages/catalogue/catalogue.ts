/**
 * The credential types that come with Countersign. One JSON file a type is the only place where a claim is named:
 * schema, type metadata and issuer metadata are derived from it. The issuer offers these by default and the
 * repository publishes them; neither asks the other.
 */

import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, ValueEncoding } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import ehic from './types/ehic.json' with { type: 'json' }
import employeeBadge from './types/employee-badge.json' with { type: 'json' }
import euPid from './types/eu-pid.json' with { type: 'json' }
import euPidMdoc from './types/eu-pid-mdoc.json' with { type: 'json' }
import identityCredential from './types/identity-credential.json' with { type: 'json' }
import mobileDrivingLicence from './types/mobile-driving-licence.json' with { type: 'json' }
import proofOfAddress from './types/proof-of-address.json' with { type: 'json' }
import universityDegree from './types/university-degree.json' with { type: 'json' }

export interface CatalogueClaim {
  readonly path: readonly string[]
  readonly display: readonly { readonly locale: string; readonly label: string }[]
  /** Whether the holder may withhold it; the words of SD-JWT VC type metadata. */
  readonly sd: string
  readonly mandatory: boolean
  /** How a format that is no JSON writes the value; absent: as JSON has it. */
  readonly encoding?: ValueEncoding['as'] | undefined
  /** The same for values within it; paths start below the claim. */
  readonly encodings?: readonly ValueEncoding[] | undefined
  /** JSON Schema (2020-12) of the value. */
  readonly schema: JsonObject
}

export interface CatalogueType {
  /** Name in the repository, e.g. `IdentityCredential`. */
  readonly name: string
  /** Short name, e.g. `identity_credential`. */
  readonly id: string
  /** What the type is called in each format that it comes in: `vct`, document type, W3C type. */
  readonly formats: Readonly<Record<FormatId, string>>
  /** Namespace of the data elements in an mdoc. */
  readonly namespace?: string | undefined
  readonly description: string
  /** How long a credential of this type is good unless the issue call says otherwise, in days; absent: what the format says. */
  readonly lifetimeDays?: number | undefined
  readonly display: readonly { readonly locale: string; readonly name: string }[]
  readonly backgroundColor: string
  readonly textColor: string
  readonly claims: readonly CatalogueClaim[]
  /** Claims of an invented person. */
  readonly example: JsonObject
}

export const catalogue: readonly CatalogueType[] = [
  identityCredential as unknown as CatalogueType,
  euPid as unknown as CatalogueType,
  universityDegree as unknown as CatalogueType,
  ehic as unknown as CatalogueType,
  employeeBadge as unknown as CatalogueType,
  proofOfAddress as unknown as CatalogueType,
  mobileDrivingLicence as unknown as CatalogueType,
  euPidMdoc as unknown as CatalogueType,
]

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

/** SD-JWT VC type metadata (draft-ietf-oauth-sd-jwt-vc §5); undefined for a type that does not come as one. */
export function typeMetadata(type: CatalogueType): JsonObject | undefined {
  const vct = type.formats['dc+sd-jwt']
  if (vct === undefined) return undefined
  return {
    vct,
    name: type.display[0]?.name ?? type.name,
    description: type.description,
    display: type.display.map(({ locale, name }) => ({
      locale,
      name,
      rendering: { simple: { background_color: type.backgroundColor, text_color: type.textColor } },
    })),
    claims: type.claims.map((claim) => ({
      path: [...claim.path],
      display: claim.display.map(({ locale, label }) => ({ locale, label })),
      sd: claim.sd,
      mandatory: claim.mandatory,
    })),
  }
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
