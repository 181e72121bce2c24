/**
 * Verifies a presented SD-JWT VC (RFC 9901 §7.1, §7.3; SD-JWT VC §2.4-2.5) as five checks. What cannot be read is not
 * judged any further; what can be read is judged in every respect, so that one answer names every fault. Whether
 * holder binding is needed is the verifier's word alone, never concluded from what was sent.
 */
import type { Check, CheckName, CheckOutcome } from '../checks.ts'
import type { CryptoEngine, SignatureAlgorithm } from '../crypto.ts'
import type { TrustedKey, TrustRefusal, VerifiedPresentation, VerifyInput, VerifyOutcome } from '../format.ts'
import type { PublicJwk } from '../jwk.ts'
import { SIGNATURE_ALGORITHMS, verifyJws } from '../jws.ts'
import { ok, type Result, refuse } from '../result.ts'
import { authorityKeyIdsOf } from '../trust/certificate.ts'
import { readSdJwtVc, type SdJwtVc } from './read.ts'
import { KEY_BINDING_TYP } from './reserved.ts'

export async function verifySdJwtVc(input: VerifyInput, crypto: CryptoEngine): Promise<VerifyOutcome> {
  const read = await readSdJwtVc(input.presentation, crypto)
  if (!read.ok) return unreadable(read.error.code)
  const credential = read.value
  const issuer = await judgeIssuer(credential, input, crypto)
  const checks = [
    check('structure', 'passed'),
    issuer.signature,
    issuer.trust,
    toCheck('validity_period', judgeValidity(credential, input)),
    await judgeBinding(credential, input, crypto),
  ]
  return { checks, presentation: describe(credential, issuer.anchor) }
}

/** A machine-readable reason, or nothing to object to. */
type Fault = string | undefined

function unreadable(code: string): VerifyOutcome {
  const rest: readonly CheckName[] = ['issuer_signature', 'issuer_trust', 'validity_period', 'holder_binding']
  return { checks: [check('structure', 'failed', code), ...rest.map((name) => check(name, 'skipped'))] }
}

function check(name: CheckName, outcome: CheckOutcome, detail?: string): Check {
  return detail === undefined ? { name, outcome } : { name, outcome, detail }
}

function toCheck(name: CheckName, fault: Fault): Check {
  return fault === undefined ? check(name, 'passed') : check(name, 'failed', fault)
}

interface IssuerJudgement {
  readonly signature: Check
  readonly trust: Check
  readonly anchor?: string
}

async function judgeIssuer(
  credential: SdJwtVc,
  input: VerifyInput,
  crypto: CryptoEngine,
): Promise<IssuerJudgement> {
  const algorithm = SIGNATURE_ALGORITHMS.find((known) => known === credential.jws.header.alg)
  if (algorithm === undefined) {
    return {
      signature: check('issuer_signature', 'failed', 'alg_not_allowed'),
      trust: check('issuer_trust', 'skipped'),
    }
  }
  const trusted = await askTrust(credential, algorithm, input)
  const key = keyOf(trusted)
  return {
    signature: await judgeSignature(credential, key, crypto),
    trust: trusted.ok
      ? check('issuer_trust', 'passed', trusted.value.anchor)
      : check('issuer_trust', 'failed', reasonOf(trusted.error)),
    ...(trusted.ok && { anchor: trusted.value.anchor }),
  }
}

function askTrust(credential: SdJwtVc, algorithm: SignatureAlgorithm, input: VerifyInput) {
  const { type, x5c, keyId, issuer } = credential
  return input.trust({ purpose: 'issuer', credentialType: type, algorithm, x5c, keyId, issuer }, input.now)
}

/** A key that leads nowhere still tells whether the signature is sound, which is what an operator wants to know. */
function keyOf(trusted: Result<TrustedKey, TrustRefusal>): PublicJwk | undefined {
  if (trusted.ok) return trusted.value.key
  return trusted.error.code === 'untrusted' ? trusted.error.key : undefined
}

function reasonOf(refusal: TrustRefusal): string {
  return refusal.code === 'no_key_reference' ? refusal.code : refusal.reason
}

async function judgeSignature(
  credential: SdJwtVc,
  key: PublicJwk | undefined,
  crypto: CryptoEngine,
): Promise<Check> {
  if (key === undefined) return check('issuer_signature', 'undetermined', 'key_unknown')
  const verified = await verifyJws(credential.jws, key, SIGNATURE_ALGORITHMS, crypto)
  return toCheck('issuer_signature', verified.ok ? undefined : verified.error.code)
}

/** RFC 7519 §4.1.4-6: NumericDate, which may have a fraction. */
function judgeValidity(credential: SdJwtVc, { now, skewSeconds }: VerifyInput): Fault {
  const { nbf, exp, iat } = credential.claims
  if (!isAbsentOrTime(nbf)) return 'nbf_malformed'
  if (!isAbsentOrTime(exp)) return 'exp_malformed'
  if (!isAbsentOrTime(iat)) return 'iat_malformed'
  if (exp !== undefined && now - skewSeconds >= exp) return 'expired'
  if (nbf !== undefined && now + skewSeconds < nbf) return 'not_yet_valid'
  if (iat !== undefined && now + skewSeconds < iat) return 'issued_in_future'
  return undefined
}

function isAbsentOrTime(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value))
}

async function judgeBinding(credential: SdJwtVc, input: VerifyInput, crypto: CryptoEngine): Promise<Check> {
  if (input.binding === undefined) return check('holder_binding', 'skipped')
  const proof = findProof(credential)
  if (!proof.ok) return check('holder_binding', 'failed', proof.error)
  const { keyBinding, holderKey } = proof.value
  const fault = judgeProofClaims(keyBinding, input.binding, input)
  if (fault !== undefined) return check('holder_binding', 'failed', fault)
  // §4.3.1: over the text as received, under the credential's own hash algorithm.
  const sdHash = await crypto.digestBase64url(credential.hashAlgorithm, credential.boundText)
  if (keyBinding.payload.sd_hash !== sdHash) return check('holder_binding', 'failed', 'sd_hash_wrong')
  const verified = await verifyJws(keyBinding, holderKey, SIGNATURE_ALGORITHMS, crypto)
  return toCheck('holder_binding', verified.ok ? undefined : verified.error.code)
}

type KeyBinding = NonNullable<SdJwtVc['keyBinding']>

function findProof(
  credential: SdJwtVc,
): Result<{ readonly keyBinding: KeyBinding; readonly holderKey: PublicJwk }, string> {
  const { keyBinding, holderKey, claims } = credential
  if (keyBinding === undefined) return refuse('kb_jwt_missing')
  if (claims.cnf === undefined) return refuse('cnf_missing')
  return holderKey === undefined ? refuse('cnf_key_unusable') : ok({ keyBinding, holderKey })
}

/** §7.3 step 5, the part that needs no crypto; the cheap refusals come first. */
function judgeProofClaims(
  { header, payload }: KeyBinding,
  expected: NonNullable<VerifyInput['binding']>,
  { now, bindingWindowSeconds }: VerifyInput,
): Fault {
  if (header.typ !== KEY_BINDING_TYP) return 'kb_typ_wrong'
  // A single string: an array would let one proof serve two verifiers.
  if (payload.aud !== expected.audience) return 'aud_wrong'
  if (payload.nonce !== expected.nonce) return 'nonce_wrong'
  const { iat } = payload
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'kb_iat_malformed'
  if (iat < now - bindingWindowSeconds) return 'kb_too_old'
  return iat > now + bindingWindowSeconds ? 'kb_from_future' : undefined
}

function describe(credential: SdJwtVc, anchor: string | undefined): VerifiedPresentation {
  const { type, claims, issuer, holderKey, status, x5c } = credential
  const { exp } = claims
  return {
    format: 'dc+sd-jwt',
    type,
    claims,
    ...(issuer !== undefined && { issuer }),
    ...(anchor !== undefined && { anchor }),
    ...(holderKey && { holderKey }),
    ...(status && { status }),
    ...(typeof exp === 'number' && { expiresAt: exp }),
    // Reading certificates costs more than all other parsing, and few queries ask for it.
    get authorityKeyIds() {
      return authorityKeyIdsOf(x5c ?? [])
    },
  }
}
