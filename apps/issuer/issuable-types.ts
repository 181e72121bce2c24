/**
 * What this issuer can issue: a credential configuration with the schema its claims must meet. The catalogue's types
 * are there by default; configuration can add and replace.
 */
import {
  type CatalogueType,
  catalogue,
  claimsSchema,
  withholdablePaths,
} from '@countersign/catalogue/catalogue'
import type { ClaimPath, FormatId, JsonObject } from '@countersign/credential/format'
import type { CredentialConfiguration } from '@countersign/protocol/openid4vci/metadata'

export interface IssuableType {
  readonly configuration: CredentialConfiguration
  readonly format: FormatId
  readonly vct: string
  readonly lifetimeSeconds: number
  readonly selectivelyDisclosable: readonly ClaimPath[]
  /** JSON Schema (2020-12) of the claims. */
  readonly schema: JsonObject
}

const format = 'dc+sd-jwt'

/** By configuration id, e.g. `identity_credential_dc+sd-jwt`. */
export function catalogueTypes(): ReadonlyMap<string, IssuableType> {
  return new Map(catalogue.map((type) => [`${type.id}_${format}`, issuable(type)]))
}

/**
 * walt.id's configuration ids end in `_vc+sd-jwt` while `dc+sd-jwt` is what is issued; both find the same.
 */
export function findType(types: ReadonlyMap<string, IssuableType>, id: string): IssuableType | undefined {
  return types.get(id) ?? types.get(id.replace(/_vc\+sd-jwt$/, `_${format}`))
}

function issuable(type: CatalogueType): IssuableType {
  return {
    format,
    vct: type.vct,
    lifetimeSeconds: type.lifetimeDays * 86_400,
    selectivelyDisclosable: withholdablePaths(type),
    schema: claimsSchema(type),
    configuration: {
      id: `${type.id}_${format}`,
      format,
      vct: type.vct,
      scope: type.id,
      display: type.display.map(({ locale, name }) => ({
        locale,
        name,
        description: type.description,
        backgroundColor: type.backgroundColor,
        textColor: type.textColor,
      })),
      claims: type.claims.map((claim) => ({
        path: [...claim.path],
        mandatory: claim.mandatory,
        display: claim.display.map(({ locale, label }) => ({ locale, name: label })),
      })),
      bindingMethods: ['jwk', 'did:jwk', 'did:key'],
      signingAlgorithms: ['ES256'],
    },
  }
}
