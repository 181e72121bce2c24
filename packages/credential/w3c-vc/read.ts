/**
 * Reads a secured W3C credential, once, for every verb of the formats: header, payload, data model and who holds it.
 * Says what is written; signatures, trust, time and holder binding are judged by `verify.ts`.
 */

import { isJsonObject, type JsonObject, presentMembers } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type DecodedJws, decodeJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import type { FormatRefusal } from '../contract/format.ts'
import { type HeaderReference, readHeaderReference } from '../contract/judge-issuer.ts'
import type { NumberRule } from '../contract/showable-claims.ts'
import { findCredentialSizeFault } from '../contract/size.ts'
import type { StatusReference } from '../contract/status-reference.ts'
import { readSdJwt, type SdJwt } from '../sd-jwt/read.ts'
import { JWT_LIMITS } from '../sd-jwt/reserved-names.ts'
import { readStatus } from '../sd-jwt-vc/status.ts'
import { findContradiction, splitPayload, unwrapCredential } from './claims-set.ts'
import { specificType } from './credential-types.ts'
import { type CredentialFacts, readCredentialDocument } from './data-model.ts'
import { type Holder, readHolder } from './holder.ts'
import { readCredentialStatus } from './status.ts'

export type W3cFormat = 'jwt_vc_json' | 'vc+jwt' | 'vc+sd-jwt'

export interface W3cCredential extends CredentialFacts, HeaderReference {
  readonly format: W3cFormat
  readonly jws: DecodedJws
  /** What a claim path starts from: the document, without anything of the JWT. */
  readonly document: JsonObject
  /** Claims of the JWT: times and audience count beside the document's. */
  readonly jwtClaims: JsonObject
  /** The particular one of `types`. */
  readonly type: string
  readonly holder: Holder
  readonly statuses: readonly StatusReference[]
}

/** A credential as a plain JWT. */
export function readJwtCredential(
  text: string,
  format: 'jwt_vc_json' | 'vc+jwt',
  numbers: NumberRule,
): Result<W3cCredential, FormatRefusal> {
  const sizeFault = findCredentialSizeFault(text)
  if (sizeFault !== undefined) return refuse(sizeFault)
  const jws = decodeJws(text, { ...JWT_LIMITS, ...numbers })
  if (!jws.ok) return jws
  const { header, payload } = jws.value
  const fault = findMediaFault(header, format)
  if (fault !== undefined) return refuse(fault)
  const document = format === 'jwt_vc_json' ? unwrapCredential(payload) : splitPayload(payload)
  return document.ok ? describeCredential(format, jws.value, payload, document.value, false) : document
}

export interface W3cSdJwt extends W3cCredential {
  readonly sdJwt: SdJwt
}

/** A credential as an SD-JWT (VC-JOSE-COSE §3.2), with or without a key binding. */
export async function readSdJwtCredential(
  text: string,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
  numbers: NumberRule,
): Promise<Result<W3cSdJwt, FormatRefusal>> {
  const sdJwt = await readSdJwt(text, isAlwaysShown, crypto, numbers)
  if (!sdJwt.ok) return sdJwt
  const { claims, jws } = sdJwt.value
  const fault = findMediaFault(jws.header, 'vc+sd-jwt')
  if (fault !== undefined) return refuse(fault)
  const document = splitPayload(claims)
  if (!document.ok) return document
  const credential = describeCredential('vc+sd-jwt', jws, claims, document.value, true)
  return credential.ok ? ok({ ...credential.value, sdJwt: sdJwt.value }) : credential
}

const SHOWN_MEMBERS = ['@context', 'type', 'issuer', 'validFrom', 'validUntil', 'relatedResource']
const SHOWN_REFERENCES = ['credentialStatus', 'credentialSchema', 'status']
const SHOWN_CLAIMS = ['iss', 'aud', 'exp', 'nbf', 'iat', 'cnf', 'vc', 'vp', 'vct']
const ALWAYS_SHOWN = new Set([...SHOWN_MEMBERS, ...SHOWN_REFERENCES, ...SHOWN_CLAIMS])

/** VC-JOSE-COSE §3.2.1: what a credential is validated by, with everything in it. */
export function isAlwaysShown(name: string): boolean {
  return ALWAYS_SHOWN.has(name)
}

/** Explicit typing (RFC 8725 §3.11), which version 1.1 did not have. */
function findMediaFault({ cty, typ }: JsonObject, format: W3cFormat): FormatRefusal | undefined {
  if (format === 'jwt_vc_json') {
    return typ === undefined || isMediaType(typ, 'jwt') ? undefined : { code: 'typ_wrong' }
  }
  if (!isMediaType(typ, format)) return { code: 'typ_wrong' }
  return cty === undefined || isMediaType(cty, 'vc') ? undefined : { code: 'cty_wrong' }
}

function describeCredential(
  format: W3cFormat,
  jws: DecodedJws,
  jwtClaims: JsonObject,
  document: JsonObject,
  withheld: boolean,
): Result<W3cCredential, FormatRefusal> {
  const header = readHeaderReference(jws.header)
  if (!header.ok) return header
  const facts = readCredentialDocument(document, { withheld })
  if (!facts.ok) return facts
  const { issuer, subjectId, types, version } = facts.value
  if (format !== 'jwt_vc_json' && version !== '2.0') return refuse({ code: 'version_wrong' })
  const { cnf, status } = presentMembers(jwtClaims)
  const fault = findContradiction(jwtClaims, document, facts.value) ?? findIssuerFault(header.value, issuer)
  if (fault !== undefined) return refuse(fault)
  if (status !== undefined && !isJsonObject(status)) return refuse({ code: 'status_malformed' })
  return ok({
    ...facts.value,
    ...absoluteKeyId(header.value, issuer),
    format,
    jws,
    document,
    jwtClaims,
    type: specificType(types),
    holder: readHolder(cnf, subjectId),
    statuses: [...readCredentialStatus(document.credentialStatus), ...readStatus(status)],
  })
}

/** A key of one DID cannot speak for the issuer that another DID is. */
function findIssuerFault({ keyId }: HeaderReference, issuer: string): FormatRefusal | undefined {
  if (keyId === undefined || !keyId.startsWith('did:')) return undefined
  return keyId.split('#', 1)[0] === issuer ? undefined : { code: 'kid_not_of_issuer' }
}

/** DID Core §3.2: a fragment alone is relative to the document it stands in, which is the issuer's. */
function absoluteKeyId(header: HeaderReference, issuer: string): HeaderReference {
  const { keyId } = header
  return keyId?.startsWith('#') && issuer.startsWith('did:') ? { ...header, keyId: issuer + keyId } : header
}

/** When the JWT or the document ends, whichever is first; epoch seconds. */
export function expiryOf({ jwtClaims, validUntil }: W3cCredential): number | undefined {
  const { exp } = jwtClaims
  const ends = [exp, validUntil].filter((end): end is number => typeof end === 'number')
  return ends.length === 0 ? undefined : Math.min(...ends)
}
