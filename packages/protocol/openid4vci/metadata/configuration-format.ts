/**
 * What a credential configuration says differently for each family of formats (OpenID4VCI 1.0 appendix A): how it names the
 * type. What it says differently for each format is a fact on the format's entry: the names of its algorithms follow from
 * how it is secured, its binding methods stand there. Everything else of a configuration is the same for all.
 */

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type {
  FormatFacts,
  FormatFamily,
  SecuringMechanism,
} from '@countersign/credential/contract/format-facts'
import { coseNumbersOf } from '@countersign/crypto/cose/algorithms'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'

/** The members that name the type. */
export function writeConfigurationType({ family }: FormatFacts, type: string): JsonObject {
  return FAMILIES[family].writeType(type)
}

/** The type that somebody's configuration promises; undefined where it names none that can be read. */
export function readConfigurationType(
  { alsoReads, family }: FormatFacts,
  configuration: JsonObject,
): string | undefined {
  const earlier = alsoReads && FAMILIES[alsoReads].readType(configuration)
  const type = earlier ?? FAMILIES[family].readType(configuration)
  return type !== undefined && type.length <= MAX_TYPE_LENGTH ? type : undefined
}

/** An entry of `credential_signing_alg_values_supported`. */
export function writeConfigurationAlgorithm(
  { securedBy }: FormatFacts,
  algorithm: SignatureAlgorithm,
): JsonValue {
  return ALGORITHM_NAMES[securedBy](algorithm)
}

const MAX_TYPE_LENGTH = 2048

interface TypeNaming {
  writeType(type: string): JsonObject
  readType(configuration: JsonObject): string | undefined
}

const BASE_TYPE = 'VerifiableCredential'

const FAMILIES: Readonly<Record<FormatFamily, TypeNaming>> = {
  // Appendix A.3.
  'sd-jwt-vc': {
    writeType: (vct) => ({ vct }),
    readType: ({ vct }) => textOf(vct),
  },
  // Appendix A.1: a credential definition, whose types go from the general to the particular.
  w3c: {
    writeType: (type) => ({ credential_definition: { type: [BASE_TYPE, type] } }),
    readType: ({ credential_definition: definition }) => {
      const types = isJsonObject(definition) ? definition['type'] : undefined
      return isJsonArray(types) ? textOf(types.findLast((type) => type !== BASE_TYPE)) : undefined
    },
  },
  // Appendix A.2.
  mdoc: {
    writeType: (doctype) => ({ doctype }),
    readType: ({ doctype }) => textOf(doctype),
  },
}

/** Appendix A.2.2: mdocs have COSE algorithms, by their numbers. */
const ALGORITHM_NAMES: Readonly<Record<SecuringMechanism, (algorithm: SignatureAlgorithm) => JsonValue>> = {
  jwt: (algorithm) => algorithm,
  'sd-jwt': (algorithm) => algorithm,
  mso: (algorithm) => coseNumbersOf(algorithm)[0],
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
