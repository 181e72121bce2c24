/**
 * What this issuer can issue: a credential configuration for each format that a type comes in, with the schema its
 * claims must meet and the place where they stand. The catalogue's types are there by default.
 */
import {
  type CatalogueType,
  catalogue,
  claimsSchema,
  valueEncodings,
  withholdablePaths,
} from '@countersign/catalogue/catalogue'
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, ValueEncoding } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { CredentialConfiguration } from '@countersign/protocol/openid4vci/metadata/published-metadata'

export interface IssuableType {
  readonly configuration: CredentialConfiguration
  readonly lifetimeSeconds: number
  /** Members that lead from what the call brings to the claims: a namespace, or the subject of a W3C credential. */
  readonly claimsAt: readonly string[]
  /** Whole paths. Empty for a format in which nothing, or everything, can be withheld. */
  readonly selectivelyDisclosable: readonly ClaimPath[]
  /** Whether an issue call may say what can be withheld. */
  readonly choosesDisclosures: boolean
  /** Whole paths. */
  readonly encodings: readonly ValueEncoding[]
  /** JSON Schema (2020-12) of the claims. */
  readonly schema: JsonObject
}

/** Of the given formats, by configuration id, e.g. `identity_credential_dc+sd-jwt`, `UniversityDegree_jwt_vc_json`. */
export function catalogueTypes(formats: readonly FormatId[]): ReadonlyMap<string, IssuableType> {
  const types = catalogue.flatMap((type) =>
    formats.flatMap((format) => {
      const name = type.formats[format]
      return name === undefined ? [] : [issuable(type, format, name)]
    }),
  )
  return new Map(types.map((type) => [type.configuration.id, type]))
}

/**
 * walt.id's ids of SD-JWT VCs end in `_vc+sd-jwt` while `dc+sd-jwt` is what is issued, and its ids of W3C credentials
 * begin with the name of the type; a type's short name finds every format, too.
 */
export function findType(types: ReadonlyMap<string, IssuableType>, id: string): IssuableType | undefined {
  return types.get(id) ?? types.get(id.replace(/_vc\+sd-jwt$/, '_dc+sd-jwt')) ?? findByShortName(types, id)
}

function findByShortName(types: ReadonlyMap<string, IssuableType>, id: string): IssuableType | undefined {
  return [...types.values()].find(
    ({ configuration: { scope, format } }) => id === `${scope.split(':')[0]}_${format}`,
  )
}

interface Shape {
  id(type: CatalogueType, name: string): string
  claimsAt(type: CatalogueType): readonly string[]
  readonly choosesDisclosures: boolean
}

const sdJwtVc: Shape = {
  id: (type) => `${type.id}_dc+sd-jwt`,
  claimsAt: () => [],
  choosesDisclosures: true,
}

function w3c(format: FormatId, choosesDisclosures: boolean): Shape {
  return { id: (_, name) => `${name}_${format}`, claimsAt: () => ['credentialSubject'], choosesDisclosures }
}

const SHAPES: Readonly<Record<FormatId, Shape>> = {
  'dc+sd-jwt': sdJwtVc,
  jwt_vc_json: w3c('jwt_vc_json', false),
  'vc+jwt': w3c('vc+jwt', false),
  'vc+sd-jwt': w3c('vc+sd-jwt', true),
  mso_mdoc: {
    id: (_, name) => name,
    claimsAt: (type) => [type.namespace ?? type.id],
    choosesDisclosures: false,
  },
}

function issuable(type: CatalogueType, format: FormatId, name: string): IssuableType {
  const { claimsAt: placeOf, choosesDisclosures, id } = SHAPES[format]
  const claimsAt = placeOf(type)
  const below = (path: ClaimPath): ClaimPath => [...claimsAt, ...path]
  return {
    lifetimeSeconds: type.lifetimeDays * 86_400,
    claimsAt,
    choosesDisclosures,
    selectivelyDisclosable: choosesDisclosures ? withholdablePaths(type).map(below) : [],
    encodings: valueEncodings(type).map((encoding) => ({ ...encoding, path: below(encoding.path) })),
    schema: claimsSchema(type),
    configuration: configurationOf(type, format, name, id(type, name), below),
  }
}

function configurationOf(
  type: CatalogueType,
  format: FormatId,
  name: string,
  id: string,
  below: (path: ClaimPath) => ClaimPath,
): CredentialConfiguration {
  return {
    id,
    format,
    type: name,
    scope: format === 'dc+sd-jwt' ? type.id : `${type.id}:${format}`,
    display: type.display.map(({ locale, name: title }) => ({
      locale,
      name: title,
      description: type.description,
      backgroundColor: type.backgroundColor,
      textColor: type.textColor,
    })),
    claims: type.claims.map((claim) => ({
      path: below(claim.path),
      mandatory: claim.mandatory,
      display: claim.display.map(({ locale, label }) => ({ locale, name: label })),
    })),
    bindingMethods: ['jwk', 'did:jwk', 'did:key', 'did:web'],
    signingAlgorithms: ['ES256'],
  }
}
