/**
 * How a credential's document and a JWT go together: wrapped in `vc` with its members repeated as JWT claims (VCDM 1.1
 * §6.3.1), or as the payload itself (VC-JOSE-COSE §3.1.3). Both ways read and write; what the two say of one thing must
 * be the same.
 */

import { writeDateTime } from '@countersign/core/date-time'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRefusal } from '../contract/format.ts'

/** Claims that a JWT adds to a document which is its payload; never part of the document. */
const JWT_CLAIMS = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'cnf', 'nonce', 'status'])

/** VC-JOSE-COSE: the document without the JWT's own claims. */
export function splitPayload(payload: JsonObject): Result<JsonObject, FormatRefusal> {
  // §3.1.3: a wrapped document would be another one than the document around it.
  const wrapper = ['vc', 'vp'].find((name) => Object.hasOwn(payload, name))
  if (wrapper !== undefined) return refuse({ code: 'payload_wrapped', detail: wrapper })
  return ok(Object.fromEntries(Object.entries(payload).filter(([name]) => !JWT_CLAIMS.has(name))))
}

/** VCDM 1.1 §6.3.1, decoding: the document in `vc`, completed with what only the JWT's claims say. */
export function unwrapCredential(payload: JsonObject): Result<JsonObject, FormatRefusal> {
  const { vc, iss, sub, jti, nbf, exp } = payload
  if (Object.hasOwn(payload, 'vp') || !isJsonObject(vc)) return refuse({ code: 'vc_missing' })
  const subject = completeId(vc.credentialSubject, sub)
  return ok({
    ...vc,
    ...(jti !== undefined && vc.id === undefined && { id: jti }),
    ...(iss !== undefined && { issuer: completeIssuer(vc.issuer, iss) }),
    ...completeDate(vc, 'issuanceDate', 'validFrom', nbf),
    ...completeDate(vc, 'expirationDate', 'validUntil', exp),
    ...(subject !== undefined && { credentialSubject: subject }),
  })
}

function completeIssuer(issuer: JsonValue | undefined, iss: JsonValue): JsonValue {
  if (issuer === undefined) return iss
  return isJsonObject(issuer) && issuer.id === undefined ? { ...issuer, id: iss } : issuer
}

function completeId(subject: JsonValue | undefined, sub: JsonValue | undefined): JsonValue | undefined {
  if (sub === undefined || !isJsonObject(subject) || subject.id !== undefined) return subject
  return { ...subject, id: sub }
}

/** A document of version 2.0 within `vc` has its own names, which need no completing. */
function completeDate(
  vc: JsonObject,
  name: string,
  newerName: string,
  seconds: JsonValue | undefined,
): JsonObject {
  if (vc[name] !== undefined || vc[newerName] !== undefined || typeof seconds !== 'number') return {}
  const date = writeDateTime(Math.floor(seconds))
  return date === undefined ? {} : { [name]: date }
}

/** What the JWT says about the document beside it. The times are judged, not compared: the narrower period counts. */
export function findContradiction(
  payload: JsonObject,
  document: JsonObject,
  { issuer, subjectId }: { readonly issuer: string; readonly subjectId?: string | undefined },
): FormatRefusal | undefined {
  const { iss, jti, sub } = payload
  if (iss !== undefined && iss !== issuer) return { code: 'iss_differs' }
  if (jti !== undefined && document.id !== undefined && jti !== document.id) return { code: 'jti_differs' }
  if (sub !== undefined && subjectId !== undefined && sub !== subjectId) return { code: 'sub_differs' }
  return undefined
}
