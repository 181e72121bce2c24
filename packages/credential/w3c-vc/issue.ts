/**
 * Issues W3C credentials: version 1.1 wrapped in a JWT (`jwt_vc_json`), version 2.0 as the payload of a JWT (`vc+jwt`)
 * or of an SD-JWT (`vc+sd-jwt`). Refuses what a verifier would have to reject, so that no such credential ever exists.
 */

import type { JsonObject } from '@countersign/core/json'
import { type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { bareKey } from '@countersign/crypto/jwk'
import type { FormatRefusal, IssueInput } from '../contract/format.ts'
import { issuerKeyId } from '../contract/issuer-key-id.ts'
import { withinCredentialSize } from '../contract/size.ts'
import { conceal } from '../sd-jwt/conceal.ts'
import { writeDocument } from './document.ts'
import { isAlwaysShown } from './read.ts'

/** Issues data model 1.1 as a JWT, with the claims that VCDM 1.1 §6.3.1 asks for beside the `vc` claim. */
export async function issueJwtVcJson(
  input: IssueInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const refusal = refuseDisclosures(input)
  if (refusal !== undefined) return refuse(refusal)
  const named = { ...input, claims: { id: randomUrn(crypto), ...input.claims } }
  const written = writeDocument(named, '1.1')
  if (!written.ok) return written
  const { document, subjectId } = written.value
  const { id } = document
  const payload = {
    ...jwtClaims(input),
    nbf: input.notBefore ?? input.issuedAt,
    ...(subjectId !== undefined && { sub: subjectId }),
    ...(id !== undefined && { jti: id }),
    vc: document,
  }
  return sign({ typ: 'JWT' }, payload, input)
}

/** Issues data model 2.0 as a JWT: the document is the payload (VC-JOSE-COSE §3.1.1). */
export async function issueVcJwt(input: IssueInput): Promise<Result<string, FormatRefusal>> {
  const refusal = refuseDisclosures(input)
  if (refusal !== undefined) return refuse(refusal)
  const written = writeDocument(input, '2.0')
  if (!written.ok) return written
  return sign({ typ: 'vc+jwt', cty: 'vc' }, { ...written.value.document, ...jwtClaims(input) }, input)
}

/** Issues data model 2.0 as an SD-JWT (VC-JOSE-COSE §3.2.1). */
export async function issueVcSdJwt(
  input: IssueInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const written = writeDocument(input, '2.0')
  if (!written.ok) return written
  const { decoys, selectivelyDisclosable } = input
  const concealment = { selectivelyDisclosable, decoys, isAlwaysShown }
  const concealed = await conceal(written.value.document, concealment, crypto)
  if (!concealed.ok) return concealed
  const { claims, disclosures } = concealed.value
  const jwt = await sign({ typ: 'vc+sd-jwt', cty: 'vc' }, { ...claims, ...jwtClaims(input) }, input)
  if (!jwt.ok) return jwt
  const compact = `${[jwt.value, ...disclosures].join('~')}~`
  return withinCredentialSize(compact)
}

/** A plain JWT shows everything; who asks for more privacy than that must be told. */
function refuseDisclosures({ decoys = 0, selectivelyDisclosable }: IssueInput): FormatRefusal | undefined {
  return selectivelyDisclosable.length > 0 || decoys > 0
    ? { code: 'selective_disclosure_unsupported' }
    : undefined
}

function jwtClaims(input: IssueInput): JsonObject {
  return {
    ...(input.issuer !== undefined && { iss: input.issuer }),
    iat: input.issuedAt,
    ...(input.expiresAt !== undefined && { exp: input.expiresAt }),
    // The bare key: a label that the wallet put on it could be used to recognise the holder.
    ...(input.holderKey && { cnf: { jwk: bareKey(input.holderKey) } }),
  }
}

async function sign(
  header: JsonObject,
  payload: JsonObject,
  input: IssueInput,
): Promise<Result<string, FormatRefusal>> {
  const { x5c } = input.signer
  const kid = issuerKeyId(input)
  if (!kid.ok) return kid
  const key = { kid: kid.value, ...(x5c && x5c.length > 0 && { x5c }) }
  const jwt = await signJws({ ...header, ...key }, payload, input.signer)
  return withinCredentialSize(jwt)
}

/** A random UUID (RFC 9562 §5.4). */
function randomUrn(crypto: CryptoEngine): string {
  const bytes = Array.from(crypto.randomBytes(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`
}
