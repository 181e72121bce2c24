/**
 * What we accept in answers, as `vp_formats_supported` says it (OpenID4VP 1.0 §11.1, appendices B.1.3, B.2.2, B.3.4).
 */

import type { JsonObject } from '@countersign/core/json'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { coseNumbersOf } from '@countersign/crypto/cose/algorithms'

/** The formats that are spoken, in the order of the registry. */
export function writeVpFormats(formats: readonly FormatId[]): JsonObject {
  return Object.fromEntries(formats.map((format) => [format, VP_FORMATS[format]]))
}

const ISSUER_ALGORITHMS = ALLOWED_ALGORITHMS.credential
const HOLDER_ALGORITHMS = ALLOWED_ALGORITHMS.key_binding

/** Beside each curve-free number its fully specified twin of RFC 9864: wallets list either. No RSA in mdocs. */
const COSE_ALGORITHMS = HOLDER_ALGORITHMS.flatMap((algorithm) => coseNumbersOf(algorithm))

const sdJwt = { 'sd-jwt_alg_values': ISSUER_ALGORITHMS, 'kb-jwt_alg_values': HOLDER_ALGORITHMS }
const jwt = { alg_values: ISSUER_ALGORITHMS }

const VP_FORMATS: Readonly<Record<FormatId, JsonObject>> = {
  'dc+sd-jwt': sdJwt,
  jwt_vc_json: jwt,
  'vc+jwt': jwt,
  'vc+sd-jwt': sdJwt,
  mso_mdoc: { issuerauth_alg_values: COSE_ALGORITHMS, deviceauth_alg_values: COSE_ALGORITHMS },
}
