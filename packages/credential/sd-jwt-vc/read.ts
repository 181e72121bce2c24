/**
 * Reads an SD-JWT or SD-JWT+KB in compact form, once, for every verb of the format: serialisation (RFC 9901 §4),
 * disclosures (§7.1) and the claims that an SD-JWT VC must have (SD-JWT VC §2.2). Says what is written; signatures,
 * trust, time and holder binding are judged by `verify.ts`.
 */
import type { CryptoEngine } from '../crypto.ts'
import type { FormatRefusal, JsonObject, JsonValue } from '../format.ts'
import { isJsonArray, isJsonObject } from '../json.ts'
import { type PublicJwk, parsePublicJwk } from '../jwk.ts'
import { type DecodedJws, decodeJws } from '../jws.ts'
import { ok, type Result, refuse } from '../result.ts'
import { ACCEPTED_TYPS, MAX_DISCLOSURES, MAX_LENGTH } from './reserved.ts'
import { type Unpacked, unpack } from './unpack.ts'

export interface SdJwtVc extends Unpacked {
  readonly jws: DecodedJws
  /** Compact issuer-signed JWT. */
  readonly issuerJwt: string
  readonly disclosures: readonly string[]
  /** The received text up to and including the last `~`: what `sd_hash` covers. */
  readonly boundText: string
  /** Present in an SD-JWT+KB; well-formed, not judged. */
  readonly keyBinding?: DecodedJws
  /** `vct`. */
  readonly type: string
  readonly issuer?: string
  readonly status?: JsonObject
  readonly x5c?: readonly string[]
  readonly keyId?: string
  /** `cnf.jwk` where it is a key that we can use. */
  readonly holderKey?: PublicJwk
}

export async function readSdJwtVc(
  text: string,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<Result<SdJwtVc, FormatRefusal>> {
  const parts = splitSerialisation(text)
  if (!parts.ok) return parts
  const jws = decodeJws(parts.value.issuerJwt)
  if (!jws.ok) return jws
  const keyBinding = readKeyBinding(parts.value.keyBindingJwt)
  if (!keyBinding.ok) return keyBinding
  const header = readHeader(jws.value.header)
  if (!header.ok) return header
  const unpacked = await unpack(jws.value.payload, parts.value.disclosures, crypto)
  if (!unpacked.ok) return unpacked
  const claims = readClaims(unpacked.value.claims)
  if (!claims.ok) return claims
  const { issuerJwt, disclosures, boundText } = parts.value
  return ok({
    ...unpacked.value,
    ...header.value,
    ...claims.value,
    jws: jws.value,
    issuerJwt,
    disclosures,
    boundText,
    ...(keyBinding.value && { keyBinding: keyBinding.value }),
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
  if (text.length > MAX_LENGTH) return refuse({ code: 'credential_too_large' })
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

function readHeader(header: JsonObject): Result<Pick<SdJwtVc, 'x5c' | 'keyId'>, FormatRefusal> {
  const { typ, x5c, kid } = header
  if (!ACCEPTED_TYPS.includes(typ)) return refuse({ code: 'typ_wrong' })
  if (x5c !== undefined && !isNonEmptyTexts(x5c)) return refuse({ code: 'x5c_malformed' })
  if (kid !== undefined && typeof kid !== 'string') return refuse({ code: 'kid_malformed' })
  return ok({ ...(x5c && { x5c }), ...(kid !== undefined && { keyId: kid }) })
}

function readClaims(
  claims: JsonObject,
): Result<Pick<SdJwtVc, 'type' | 'issuer' | 'status' | 'holderKey'>, FormatRefusal> {
  const { vct, iss, status, cnf, aka_vcts: furtherTypes } = claims
  if (typeof vct !== 'string' || vct.trim() === '') return refuse({ code: 'vct_missing' })
  if (iss !== undefined && typeof iss !== 'string') return refuse({ code: 'iss_malformed' })
  if (status !== undefined && !isJsonObject(status)) return refuse({ code: 'status_malformed' })
  if (cnf !== undefined && !isJsonObject(cnf)) return refuse({ code: 'cnf_malformed' })
  if (furtherTypes !== undefined && !isNonEmptyTexts(furtherTypes)) {
    return refuse({ code: 'aka_vcts_malformed' })
  }
  const holderKey = cnf === undefined ? undefined : parsePublicJwk(cnf.jwk)
  return ok({
    type: vct,
    ...(iss !== undefined && { issuer: iss }),
    ...(status && { status }),
    ...(holderKey?.ok && { holderKey: holderKey.value }),
  })
}

function isNonEmptyTexts(value: JsonValue): value is readonly string[] {
  return isJsonArray(value) && value.length > 0 && value.every((text) => typeof text === 'string')
}
