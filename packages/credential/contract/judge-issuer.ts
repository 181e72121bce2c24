/**
 * What all formats judge alike about an issuer, whether it signed with JOSE or with COSE: whose key the signature leads
 * to, whether it holds, and how that becomes checks. What only JOSE has - header references and NumericDates - is here
 * too, for the formats that share it. Decides nothing about trust: that is a function of the caller's.
 */

import { isJsonArray, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type DecodedJws, readAlgorithm, verifyJws } from '@countersign/crypto/jose/jws'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { Check, CheckName, CheckOutcome } from './checks.ts'
import type { FormatRefusal, VerifiedPresentation, VerifyInput, VerifyOutcome } from './format.ts'
import type { IssuerKeyReference, TrustedKey, TrustRefusal } from './trust-port.ts'

/** A machine-readable reason, or nothing to object to. */
export type Fault = string | undefined

export function check(name: CheckName, outcome: CheckOutcome, detail?: string): Check {
  return detail === undefined ? { name, outcome } : { name, outcome, detail }
}

export function toCheck(name: CheckName, fault: Fault): Check {
  return fault === undefined ? check(name, 'passed') : check(name, 'failed', fault)
}

/** What cannot be read is not judged any further. */
export function unreadable(code: string): VerifyOutcome {
  const rest: readonly CheckName[] = ['issuer_signature', 'issuer_trust', 'validity_period', 'holder_binding']
  return { checks: [check('structure', 'failed', code), ...rest.map((name) => check(name, 'skipped'))] }
}

export interface HeaderReference {
  readonly x5c?: readonly string[] | undefined
  readonly keyId?: string | undefined
}

/** How a JOSE header names its key. `jwk`, `jku` and `x5u` are not looked at: a token cannot vouch for itself. */
export function readHeaderReference(header: JsonObject): Result<HeaderReference, FormatRefusal> {
  const { x5c, kid } = header
  if (x5c !== undefined && !isNonEmptyTexts(x5c)) return refuse({ code: 'x5c_malformed' })
  if (kid !== undefined && typeof kid !== 'string') return refuse({ code: 'kid_malformed' })
  return ok({ x5c, keyId: kid })
}

export function isNonEmptyTexts(value: JsonValue | undefined): value is readonly string[] {
  return isJsonArray(value) && value.length > 0 && value.every((text) => typeof text === 'string')
}

export interface IssuerJudgement {
  readonly signature: Check
  readonly trust: Check
  /** The decision, where it was for the issuer and the signature is his: anybody can copy a certificate. */
  readonly vouchedFor?: TrustedKey | undefined
  /** How he signed; absent as that. */
  readonly algorithm?: SignatureAlgorithm | undefined
}

export function isVouchedFor({ signature, trust }: IssuerJudgement): boolean {
  return signature.outcome === 'passed' && trust.outcome === 'passed'
}

/** A stranger who writes a credential must not choose whom the verifier asks for the holder's key. */
export function withoutResolver({ holderKeys: _resolver, ...input }: VerifyInput): VerifyInput {
  return input
}

type IssuedBy = 'anchor' | 'issuer' | 'claimedIssuer' | 'source' | 'trustedUntil' | 'algorithm'

/**
 * Who issued a credential, for a result: what the source of trust vouches for, and beside it the name that the credential
 * claims where that is another one. Of what nobody vouches for there is the claim alone.
 */
export function issuedBy(
  { algorithm, vouchedFor }: IssuerJudgement,
  claimed: string | undefined,
): Pick<VerifiedPresentation, IssuedBy> {
  const { anchor, issuer, source, trustedUntil } = vouchedFor ?? {}
  const claimedIssuer = claimed === issuer ? undefined : claimed
  return { anchor, issuer, claimedIssuer, source, trustedUntil, algorithm }
}

/** Judges the issuer of whatever is signed as a JWS. */
export function judgeIssuer(
  jws: DecodedJws,
  reference: Omit<IssuerKeyReference, 'purpose' | 'algorithm' | 'signerProfile'>,
  input: Pick<VerifyInput, 'trust' | 'now'>,
  crypto: CryptoEngine,
): Promise<IssuerJudgement> {
  const algorithm = readAlgorithm(jws.header.alg, ALLOWED_ALGORITHMS.credential)
  return judgeSigned(algorithm, { ...reference, signerProfile: 'jose' }, input, (key) =>
    verifyJws(jws, key, ALLOWED_ALGORITHMS.credential, crypto),
  )
}

/** The same for whatever is signed: `algorithm` is absent where it is none that counts. */
export async function judgeSigned(
  algorithm: SignatureAlgorithm | undefined,
  reference: Omit<IssuerKeyReference, 'purpose' | 'algorithm'>,
  input: Pick<VerifyInput, 'trust' | 'now'>,
  verifySignature: VerifySignature,
): Promise<IssuerJudgement> {
  if (algorithm === undefined) {
    return {
      signature: check('issuer_signature', 'failed', 'alg_not_allowed'),
      trust: check('issuer_trust', 'skipped'),
    }
  }
  const trusted = await input.trust({ purpose: 'issuer', ...reference, algorithm }, input.now)
  const signature = await judgeSignature(keyOf(trusted), verifySignature)
  const isTheirs = trusted.ok && signature.outcome === 'passed'
  return {
    signature,
    trust: trusted.ok
      ? check('issuer_trust', 'passed', trusted.value.anchor)
      : check('issuer_trust', outcomeOf(trusted.error), reasonOf(trusted.error)),
    vouchedFor: isTheirs ? trusted.value : undefined,
    algorithm: isTheirs ? algorithm : undefined,
  }
}

type VerifySignature = (key: PublicJwk) => Promise<Result<SignatureAlgorithm, FormatRefusal>>

/** A key that leads nowhere still tells whether the signature is sound, which is what an operator wants to know. */
function keyOf(trusted: Result<TrustedKey, TrustRefusal>): PublicJwk | undefined {
  if (trusted.ok) return trusted.value.key
  return trusted.error.code === 'untrusted' ? trusted.error.key : undefined
}

/** Whose key cannot be had for the moment is neither believed nor a stranger. */
function outcomeOf({ code }: TrustRefusal): CheckOutcome {
  return code === 'key_unavailable' ? 'undetermined' : 'failed'
}

function reasonOf(refusal: TrustRefusal): string {
  return refusal.code === 'no_key_reference' ? refusal.code : refusal.reason
}

async function judgeSignature(key: PublicJwk | undefined, verifySignature: VerifySignature): Promise<Check> {
  if (key === undefined) return check('issuer_signature', 'undetermined', 'key_unknown')
  const verified = await verifySignature(key)
  return toCheck('issuer_signature', verified.ok ? undefined : verified.error.code)
}

/** Why a credential does not count at this time, or not for this verifier. */
export type PeriodFault =
  | 'nbf_malformed'
  | 'exp_malformed'
  | 'iat_malformed'
  | 'expired'
  | 'not_yet_valid'
  | 'issued_in_future'
  | 'meant_for_others'

/** RFC 7519 §4.1.3-6. Times are NumericDates, which may have a fraction. */
export function findPeriodFault(
  { aud, exp, iat, nbf }: JsonObject,
  { binding, now, skewSeconds }: Pick<VerifyInput, 'binding' | 'now' | 'skewSeconds'>,
): PeriodFault | undefined {
  if (!isAbsentOrTime(nbf)) return 'nbf_malformed'
  if (!isAbsentOrTime(exp)) return 'exp_malformed'
  if (!isAbsentOrTime(iat)) return 'iat_malformed'
  if (exp !== undefined && now - skewSeconds >= exp) return 'expired'
  if (nbf !== undefined && now + skewSeconds < nbf) return 'not_yet_valid'
  if (iat !== undefined && now + skewSeconds < iat) return 'issued_in_future'
  // RFC 9901 §7.1 step 6: a credential that is meant for somebody is worth nothing to others.
  return aud === undefined || namesAudience(aud, binding?.audience) ? undefined : 'meant_for_others'
}

/** RFC 7519 §4.1.5: from when it is valid; what does not say so is valid since it was issued. */
export function validFromOf({ iat, nbf }: JsonObject): number | undefined {
  const from = nbf ?? iat
  return typeof from === 'number' ? from : undefined
}

function isAbsentOrTime(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value))
}

function namesAudience(aud: JsonValue, audience: string | undefined): boolean {
  if (audience === undefined) return false
  return isJsonArray(aud) ? aud.includes(audience) : aud === audience
}
