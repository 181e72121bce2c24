/**
 * Reads an SD-JWT VC, once, for every verb of the format: an SD-JWT (RFC 9901 §7.1) with the header and the claims that
 * an SD-JWT VC must have (SD-JWT VC §2.2). Says what is written; signatures, trust, time and holder binding are judged
 * by `verify.ts`.
 */

import { isJsonObject, type JsonObject, presentMembers } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { keyOfDidUrl } from '@countersign/did/did'
import type { FormatRefusal } from '../contract/format.ts'
import { type HeaderReference, isNonEmptyTexts, readHeaderReference } from '../contract/judge-issuer.ts'
import type { NumberRule } from '../contract/showable-claims.ts'
import type { StatusReference } from '../contract/status-reference.ts'
import { readSdJwt, type SdJwt } from '../sd-jwt/read.ts'
import { ACCEPTED_TYPS, isAlwaysShown } from './always-shown.ts'
import { readStatus } from './status.ts'

export interface SdJwtVc extends SdJwt, HeaderReference {
  /** The `vct` claim. */
  readonly type: string
  readonly issuer?: string | undefined
  readonly statuses: readonly StatusReference[]
  /** `cnf.jwk`, or the key that `cnf.kid` names of a DID that is its key, where it is one that we can use. */
  readonly holderKey?: PublicJwk | undefined
  /** `cnf.kid`, where it names a key of a DID whose document somebody has to look up. */
  readonly holderKeyUrl?: string | undefined
}

export async function readSdJwtVc(
  text: string,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
  numbers: NumberRule,
): Promise<Result<SdJwtVc, FormatRefusal>> {
  const read = await readSdJwt(text, isAlwaysShown, crypto, numbers)
  if (!read.ok) return read
  const { claims, jws } = read.value
  if (!ACCEPTED_TYPS.some((typ) => isMediaType(jws.header.typ, typ))) return refuse({ code: 'typ_wrong' })
  const header = readHeaderReference(jws.header)
  if (!header.ok) return header
  const own = readClaims(claims)
  return own.ok ? ok({ ...read.value, ...header.value, ...own.value }) : own
}

function readClaims(
  claims: JsonObject,
): Result<Pick<SdJwtVc, 'type' | 'issuer' | 'statuses' | keyof Holder>, FormatRefusal> {
  const { aka_vcts: furtherTypes, vct, iss, status, cnf, 'vct#integrity': integrity } = presentMembers(claims)
  if (typeof vct !== 'string' || vct.trim() === '') return refuse({ code: 'vct_missing' })
  if (iss !== undefined && typeof iss !== 'string') return refuse({ code: 'iss_malformed' })
  if (status !== undefined && !isJsonObject(status)) return refuse({ code: 'status_malformed' })
  if (cnf !== undefined && !isJsonObject(cnf)) return refuse({ code: 'cnf_malformed' })
  if (integrity !== undefined && typeof integrity !== 'string') return refuse({ code: 'integrity_malformed' })
  if (!areFurtherTypes(furtherTypes, vct)) return refuse({ code: 'aka_vcts_malformed' })
  return ok({ type: vct, issuer: iss, statuses: readStatus(status), ...readHolder(cnf ?? {}) })
}

type Holder = Pick<SdJwtVc, 'holderKey' | 'holderKeyUrl'>

/** RFC 7800 §3.2, §3.4. A key that is there counts before the name of one. */
function readHolder({ jwk, kid }: JsonObject): Holder {
  if (jwk !== undefined) {
    const key = parsePublicJwk(jwk)
    return { holderKey: key.ok ? key.value : undefined }
  }
  if (typeof kid !== 'string' || !kid.startsWith('did:')) return {}
  const key = keyOfDidUrl(kid, 'authentication')
  if (key.ok) return { holderKey: key.value }
  return key.error.code === 'did_method_unsupported' ? { holderKeyUrl: kid } : {}
}

/** SD-JWT VC §2.2.2.2: types beside the `vct`, which is not among them. */
export function areFurtherTypes(types: JsonObject[string] | undefined, vct: string): boolean {
  if (types === undefined) return true
  return isNonEmptyTexts(types) && types.every((type) => type.trim() !== '' && type !== vct)
}
