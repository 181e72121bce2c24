/**
 * What a credential configuration says differently for each format (OpenID4VCI 1.0 appendix A): how it names the type,
 * the algorithms and the way of binding. Everything else of a configuration is the same for all.
 */

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { coseNumbersOf } from '@countersign/crypto/cose/algorithms'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'

export interface ConfigurationFormat {
  writeType(type: string): JsonObject
  /** Undefined where the configuration names no type that can be read. */
  readType(configuration: JsonObject): string | undefined
  /** Entries of `credential_signing_alg_values_supported`. */
  writeAlgorithm(algorithm: SignatureAlgorithm): JsonValue
  /** How `cryptographic_binding_methods_supported` calls a plain public key. */
  readonly keyBindingMethod: 'jwk' | 'cose_key'
}

export function configurationFormat(format: FormatId): ConfigurationFormat {
  return FORMATS[format]
}

/** The type that somebody's configuration of any format promises. */
export function readConfigurationType(configuration: JsonObject): string | undefined {
  const { format } = configuration
  if (typeof format !== 'string' || !Object.hasOwn(FORMATS, format)) return undefined
  const type = FORMATS[format as FormatId].readType(configuration)
  return type !== undefined && type.length <= MAX_TYPE_LENGTH ? type : undefined
}

const MAX_TYPE_LENGTH = 2048

/** Appendix A.3: `vct`. */
const sdJwtVc: ConfigurationFormat = {
  writeType: (vct) => ({ vct }),
  readType: ({ vct }) => textOf(vct),
  writeAlgorithm: (algorithm) => algorithm,
  keyBindingMethod: 'jwk',
}

/** Appendix A.1: a credential definition, whose types go from the general to the particular. */
const w3c: ConfigurationFormat = {
  writeType: (type) => ({ credential_definition: { type: [BASE_TYPE, type] } }),
  readType: ({ credential_definition: definition }) => {
    const types = isJsonObject(definition) ? definition['type'] : undefined
    return isJsonArray(types) ? textOf(types.findLast((type) => type !== BASE_TYPE)) : undefined
  },
  writeAlgorithm: (algorithm) => algorithm,
  keyBindingMethod: 'jwk',
}

const BASE_TYPE = 'VerifiableCredential'

const FORMATS: Readonly<Record<FormatId, ConfigurationFormat>> = {
  'dc+sd-jwt': sdJwtVc,
  jwt_vc_json: w3c,
  'vc+jwt': w3c,
  'vc+sd-jwt': {
    ...w3c,
    // Before SD-JWT VC had an identifier of its own it went by this one, too.
    readType: (configuration) => sdJwtVc.readType(configuration) ?? w3c.readType(configuration),
  },
  // Appendix A.2: a document type; algorithms by their COSE numbers.
  mso_mdoc: {
    writeType: (doctype) => ({ doctype }),
    readType: ({ doctype }) => textOf(doctype),
    writeAlgorithm: (algorithm) => coseNumbersOf(algorithm)[0],
    keyBindingMethod: 'cose_key',
  },
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
