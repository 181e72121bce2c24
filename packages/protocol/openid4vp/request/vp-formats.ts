/**
 * What we accept in answers, as `vp_formats_supported` says it (OpenID4VP 1.0 §11.1, appendices B.1.3, B.2.2, B.3.4):
 * which algorithms are listed, and under which name, follows from how a format is secured.
 */

import type { JsonObject } from '@countersign/core/json'
import type { FormatFacts, SecuringMechanism } from '@countersign/credential/contract/format-facts'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { coseNumbersOf } from '@countersign/crypto/cose/algorithms'

/** What of a format's entry this needs. */
export type SpokenFormat = Pick<FormatFacts, 'id' | 'securedBy'>

export interface TakenProofs {
  /** Devices may prove mdocs by MACs: there is a key to agree with. */
  readonly deviceMacs: boolean
}

/** The formats that are spoken, in the order of the registry. */
export function writeVpFormats(formats: readonly SpokenFormat[], { deviceMacs }: TakenProofs): JsonObject {
  const accepted = deviceMacs ? { ...ACCEPTED_ALGORITHMS, mso: WITH_DEVICE_MACS } : ACCEPTED_ALGORITHMS
  return Object.fromEntries(formats.map(({ id, securedBy }) => [id, accepted[securedBy]]))
}

const ISSUER_ALGORITHMS = ALLOWED_ALGORITHMS.credential
const HOLDER_ALGORITHMS = ALLOWED_ALGORITHMS.key_binding

/** Beside each curve-free number its fully specified twin of RFC 9864: wallets list either. No RSA in mdocs. */
const COSE_ALGORITHMS = HOLDER_ALGORITHMS.flatMap((algorithm) => coseNumbersOf(algorithm))

const ACCEPTED_ALGORITHMS: Readonly<Record<SecuringMechanism, JsonObject>> = {
  jwt: { alg_values: ISSUER_ALGORITHMS },
  'sd-jwt': { 'sd-jwt_alg_values': ISSUER_ALGORITHMS, 'kb-jwt_alg_values': HOLDER_ALGORITHMS },
  mso: { issuerauth_alg_values: COSE_ALGORITHMS, deviceauth_alg_values: COSE_ALGORITHMS },
}

/** Appendix B.2.2: HMAC 256/256 under a key by ECDH on P-256, a number of this parameter alone. */
const DEVICE_MAC_P256 = -65_537

const WITH_DEVICE_MACS: JsonObject = {
  issuerauth_alg_values: COSE_ALGORITHMS,
  deviceauth_alg_values: [...COSE_ALGORITHMS, DEVICE_MAC_P256],
}
