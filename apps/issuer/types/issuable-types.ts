/**
 * What this issuer can issue: a credential configuration for each format that a type comes in, with the schema its
 * claims must meet and the place where they stand. The catalogue's types are there by default.
 */
import { catalogue } from '@countersign/catalogue/catalogue'
import {
  type CatalogueType,
  claimsSchema,
  labelledPaths,
  withholdablePaths,
} from '@countersign/catalogue/catalogue-type'
import { claimsAt, encodingsIn, exampleOf, lifetimeDays } from '@countersign/catalogue/publication'
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, ValueEncoding } from '@countersign/credential/contract/format'
import type { FormatFacts, SecuringMechanism } from '@countersign/credential/contract/format-facts'
import type { CredentialConfiguration } from '@countersign/protocol/openid4vci/metadata/published-metadata'
import { configurationNames, currentConfigurationId } from './walt-id-formats.ts'

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
  /** What an issue call may bring, made up. */
  readonly example: JsonObject
}

/**
 * In the given formats, by configuration id, e.g. `identity_credential_dc+sd-jwt`, `UniversityDegree_jwt_vc_json`. Throws
 * where two of them would have one id: one would hide the other.
 */
export function issuableTypes(
  formats: readonly FormatFacts[],
  types: readonly CatalogueType[] = catalogue,
): ReadonlyMap<string, IssuableType> {
  const byId = new Map<string, IssuableType>()
  for (const type of types.flatMap((one) => inEachFormat(one, formats))) {
    const { id } = type.configuration
    if (byId.has(id)) throw new Error(`two credential configurations have the id ${id}`)
    byId.set(id, type)
  }
  return byId
}

function inEachFormat(type: CatalogueType, formats: readonly FormatFacts[]): readonly IssuableType[] {
  return formats.flatMap((format) => {
    const name = type.formats[format.id]
    return name === undefined ? [] : [issuable(type, format, name)]
  })
}

/**
 * walt.id's ids of SD-JWT VCs end in `_vc+sd-jwt` while `dc+sd-jwt` is what is issued, and its ids of W3C credentials
 * begin with the name of the type; a type's short name finds every format, too.
 */
export function findType(types: ReadonlyMap<string, IssuableType>, id: string): IssuableType | undefined {
  return types.get(id) ?? types.get(currentConfigurationId(id)) ?? findByShortName(types, id)
}

function findByShortName(types: ReadonlyMap<string, IssuableType>, id: string): IssuableType | undefined {
  return [...types.values()].find(
    ({ configuration: { scope, format } }) => id === `${scope.split(':')[0]}_${format}`,
  )
}

function issuable(type: CatalogueType, format: FormatFacts, name: string): IssuableType {
  const above = claimsAt(type, format)
  const choosesDisclosures = CHOOSES_DISCLOSURES[format.securedBy]
  const below = (path: ClaimPath): ClaimPath => [...above, ...path]
  return {
    lifetimeSeconds: lifetimeDays(type, format) * 86_400,
    claimsAt: above,
    choosesDisclosures,
    selectivelyDisclosable: choosesDisclosures ? withholdablePaths(type).map(below) : [],
    encodings: encodingsIn(type, format),
    schema: claimsSchema(type),
    example: exampleOf(type, format),
    configuration: configurationOf(type, format, name, below),
  }
}

/** In a plain JWT nothing can be withheld, in an mdoc every element. */
const CHOOSES_DISCLOSURES: Readonly<Record<SecuringMechanism, boolean>> = {
  jwt: false,
  'sd-jwt': true,
  mso: false,
}

function configurationOf(
  type: CatalogueType,
  format: FormatFacts,
  name: string,
  below: (path: ClaimPath) => ClaimPath,
): CredentialConfiguration {
  return {
    ...configurationNames(format, { shortName: type.id, type: name }),
    format: format.id,
    type: name,
    display: type.display.map(({ description, locale, name: title }) => ({
      locale,
      name: title,
      description,
      backgroundColor: type.card.background,
      textColor: type.card.text,
    })),
    claims: labelledPaths(type.claims).map(({ display, mandatory, path }) => ({
      path: below(path),
      mandatory,
      display: display.map(({ locale, label }) => ({ locale, name: label })),
    })),
    // A DID is told where the credential will carry it; elsewhere it is bound to the key alone, whoever named it by a DID.
    bindingMethods:
      format.subjectMember === undefined ? format.bindingMethods : [...format.bindingMethods, 'did:web'],
    signingAlgorithms: ['ES256'],
  }
}
