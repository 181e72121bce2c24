/**
 * Reads an SD-JWT or SD-JWT+KB in compact form (RFC 9901 §4) and puts its disclosures back (§7.1). Says what is written;
 * signatures, the claims that a format wants, trust, time and holder binding are judged elsewhere.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type DecodedJws, decodeJws } from '@countersign/crypto/jose/jws'
import type { FormatRefusal } from '../contract/format.ts'
import type { NumberRule } from '../contract/showable-claims.ts'
import { findCredentialSizeFault, findSizeFault } from '../contract/size.ts'
import { type AlwaysShown, JWT_LIMITS, MAX_DISCLOSURES } from './reserved-names.ts'
import { type Unpacked, unpack } from './unpack.ts'

export interface SdJwt extends Unpacked {
  readonly jws: DecodedJws
  /** Compact issuer-signed JWT. */
  readonly issuerJwt: string
  readonly disclosures: readonly string[]
  /** The received text up to and including the last `~`: what `sd_hash` covers. */
  readonly boundText: string
  /** Present in an SD-JWT+KB; well-formed, not judged. */
  readonly keyBinding?: DecodedJws | undefined
}

export async function readSdJwt(
  text: string,
  isAlwaysShown: AlwaysShown,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
  numbers: NumberRule,
): Promise<Result<SdJwt, FormatRefusal>> {
  const parts = splitSerialisation(text)
  if (!parts.ok) return parts
  const sizeFault = findCredentialSizeFault(parts.value.issuerJwt)
  if (sizeFault !== undefined) return refuse(sizeFault)
  const jws = decodeJws(parts.value.issuerJwt, { ...JWT_LIMITS, ...numbers })
  if (!jws.ok) return jws
  const keyBinding = readKeyBinding(parts.value.keyBindingJwt)
  if (!keyBinding.ok) return keyBinding
  const { issuerJwt, disclosures, boundText } = parts.value
  const unpacked = await unpack(jws.value.payload, disclosures, isAlwaysShown, crypto, numbers)
  if (!unpacked.ok) return unpacked
  return ok({
    ...unpacked.value,
    jws: jws.value,
    issuerJwt,
    disclosures,
    boundText,
    keyBinding: keyBinding.value,
  })
}

interface Serialisation {
  readonly issuerJwt: string
  readonly disclosures: readonly string[]
  readonly keyBindingJwt: string
  readonly boundText: string
}

/** §4: `<JWT>~<disclosure>~…~` and, for an SD-JWT+KB, a key-binding JWT at the end. */
function splitSerialisation(text: string): Result<Serialisation, FormatRefusal> {
  const sizeFault = findSizeFault(text)
  if (sizeFault !== undefined) return refuse(sizeFault)
  const parts = text.split('~', MAX_DISCLOSURES + 3)
  if (parts.length > MAX_DISCLOSURES + 2) return refuse({ code: 'too_many_disclosures' })
  const [issuerJwt, ...disclosures] = parts
  const keyBindingJwt = disclosures.pop()
  if (issuerJwt === undefined || keyBindingJwt === undefined || disclosures.includes('')) {
    return refuse({ code: 'serialisation_malformed' })
  }
  const boundText = text.slice(0, text.length - keyBindingJwt.length)
  return ok({ issuerJwt, disclosures, keyBindingJwt, boundText })
}

function readKeyBinding(jwt: string): Result<DecodedJws | undefined, FormatRefusal> {
  if (jwt === '') return ok(undefined)
  const decoded = decodeJws(jwt)
  return decoded.ok ? decoded : refuse({ code: 'kb_jwt_malformed', detail: decoded.error.code })
}
