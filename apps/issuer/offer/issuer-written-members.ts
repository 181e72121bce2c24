/**
 * Members of the given data that the issuer writes itself, by family of formats. One that says what will be written is taken
 * for said, which is how data functions such as `<issuerDid>` come; any other is refused by its name, for a credential
 * would say something else than its issuer was told. What says the period is read in `period-members.ts`.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatFamily } from '@countersign/credential/contract/format-facts'
import { SUBJECT_DID } from '../types/mapping-functions.ts'

export interface MemberMistake {
  readonly code: 'member_issuer_written'
  readonly configurationId: string
  readonly member: string
  /** What alone could stand there; absent where nothing can. */
  readonly expected?: string | undefined
}

/** What the credential will say. */
export interface Written {
  readonly type: string
  readonly issuer: string
  /** Claims of the type by their names at the top: a claim may be called what is reserved in another format alone. */
  readonly ownClaims: ReadonlySet<string>
}

type Fault = Pick<MemberMistake, 'member' | 'expected'>

/** The claims without what is taken for said. */
export function takeIssuerWritten(
  family: FormatFamily,
  data: JsonObject,
  written: Written,
): Result<JsonObject, Fault> {
  const refused = Object.keys(data).find((name) => isRefused(family, name, written))
  if (refused !== undefined) return refuse({ member: refused })
  return TAKE[family](data, written)
}

/** Of JWTs, whatever their payload is about (RFC 7519 §4.1, RFC 7800 §3.1, Token Status List §6.1). */
const JWT_NAMES = ['iss', 'iat', 'nbf', 'exp', 'cnf', 'status']
/** Beside these, of a JWT that is a W3C credential or has one within (VC-JOSE-COSE §3.1.3). */
const W3C_JWT_NAMES = ['sub', 'aud', 'jti', 'nonce', 'vc', 'vp']
const SD_JWT_NAMES = ['_sd', '_sd_alg', '...']
/** Of a W3C credential, whichever version. */
const W3C_NAMES = ['issuer', 'credentialStatus', 'validFrom', 'validUntil', 'issuanceDate', 'expirationDate']
/** Of `IssuerSigned` and the MSO (ISO/IEC 18013-5 §9.1.2.4), beside which no namespace is meant. */
const MSO_NAMES = [
  'issuerAuth',
  'nameSpaces',
  'docType',
  'version',
  'digestAlgorithm',
  'valueDigests',
  'deviceKeyInfo',
  'validityInfo',
]

const REFUSED: Readonly<Record<FormatFamily, ReadonlySet<string>>> = {
  'sd-jwt-vc': new Set(['cnf', 'status', ...SD_JWT_NAMES]),
  w3c: new Set([...JWT_NAMES, ...SD_JWT_NAMES, ...W3C_JWT_NAMES, 'vct', 'credentialStatus', 'proof']),
  mdoc: new Set([...MSO_NAMES, ...JWT_NAMES, ...SD_JWT_NAMES, ...W3C_NAMES, 'vct']),
}

/** Names that mean nothing in the family: who gives them wants what another format has. */
const FOREIGN: Readonly<Record<FormatFamily, ReadonlySet<string>>> = {
  'sd-jwt-vc': new Set(W3C_NAMES),
  w3c: new Set(),
  mdoc: new Set(),
}

/** walt.id's prefix for claims of the JWT around a W3C credential. */
const JWT_PREFIX = 'jwt:'
const COMPARED: ReadonlySet<string> = new Set(['jwt:iss', 'jwt:sub', 'jwt:jti'])

function isRefused(family: FormatFamily, name: string, { ownClaims }: Written): boolean {
  if (name.startsWith(JWT_PREFIX)) return family !== 'w3c' || !COMPARED.has(name)
  return REFUSED[family].has(name) || (FOREIGN[family].has(name) && !ownClaims.has(name))
}

type Take = (data: JsonObject, written: Written) => Result<JsonObject, Fault>

const TAKE: Readonly<Record<FormatFamily, Take>> = {
  'sd-jwt-vc': ({ iss, vct, ...claims }, { issuer, type }) =>
    compared(claims, [
      ['iss', iss, issuer],
      ['vct', vct, type],
    ]),
  w3c: takeOfW3c,
  mdoc: (data) => ok(data),
}

/** Of an issuer that is an object, name and logo stay beside the `id` that is written (VCDM 2.0 §4.7). */
function takeOfW3c(data: JsonObject, { issuer }: Written): Result<JsonObject, Fault> {
  const { 'jwt:iss': iss, 'jwt:sub': sub, 'jwt:jti': jti, issuer: named, credentialSubject, ...rest } = data
  const about = isJsonObject(named) ? withoutId(named) : {}
  // What is no object is no subject; the type's schema says so.
  const subject = isJsonObject(credentialSubject) ? withoutId(credentialSubject) : credentialSubject
  const claims: JsonObject = {
    ...rest,
    ...(Object.keys(about).length > 0 && { issuer: about }),
    ...(subject !== undefined && { credentialSubject: subject }),
  }
  return compared(claims, [
    isJsonObject(named) ? ['issuer.id', named.id, issuer] : ['issuer', named, issuer],
    ['credentialSubject.id', isJsonObject(credentialSubject) ? credentialSubject.id : undefined, SUBJECT_DID],
    ['jwt:iss', iss, issuer],
    ['jwt:sub', sub, SUBJECT_DID],
    ['jwt:jti', jti, data.id],
  ])
}

function withoutId(value: JsonObject): JsonObject {
  const { id: _id, ...rest } = value
  return rest
}

type Comparison = readonly [member: string, given: JsonValue | undefined, written: JsonValue | undefined]

function compared(claims: JsonObject, comparisons: readonly Comparison[]): Result<JsonObject, Fault> {
  const differing = comparisons.find(([, given, written]) => given !== undefined && given !== written)
  if (differing === undefined) return ok(claims)
  const [member, , expected] = differing
  return refuse({ member, expected: typeof expected === 'string' ? expected : undefined })
}
