/**
 * Verifies a presented W3C credential as the same five checks as every format: structure and data model, signature and
 * trust of the issuer, the narrower of the periods that JWT and document state, and the holder's proof for this request.
 * Whether holder binding is needed is the verifier's word alone, never concluded from what was sent.
 */

import type { JsonObject } from '@countersign/core/json'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { verifyJws } from '@countersign/crypto/jose/jws'
import { authorityKeyIdsOf } from '@countersign/x509/certificate'
import type { Check } from '../contract/checks.ts'
import type { VerifiedPresentation, VerifyInput, VerifyOutcome } from '../contract/format.ts'
import {
  check,
  type Fault,
  findPeriodFault,
  type IssuerJudgement,
  issuedBy,
  isVouchedFor,
  judgeIssuer,
  type PeriodFault,
  toCheck,
  unreadable,
  validFromOf,
  withoutResolver,
} from '../contract/judge-issuer.ts'
import { EXACT } from '../contract/showable-claims.ts'
import { findBindingFault } from '../sd-jwt/key-binding.ts'
import { confirmedTransactions } from '../sd-jwt/transaction-data.ts'
import { findHolderKey } from './holder.ts'
import { type HolderProof, type Presented, readPresented } from './presentation.ts'
import { expiryOf, readSdJwtCredential, type W3cCredential, type W3cSdJwt } from './read.ts'

export async function verifyJwtCredential(
  input: VerifyInput,
  format: 'jwt_vc_json' | 'vc+jwt',
  crypto: CryptoEngine,
): Promise<VerifyOutcome> {
  const read = readPresented(input.presentation, format)
  if (!read.ok) return unreadable(read.error.code)
  const judgeHolder = (asked: VerifyInput) => judgePresentation(read.value, asked, crypto)
  return judge(read.value.credential, judgeHolder, input, crypto)
}

export async function verifySdJwtCredential(
  input: VerifyInput,
  crypto: CryptoEngine,
): Promise<VerifyOutcome> {
  const read = await readSdJwtCredential(input.presentation, crypto, EXACT)
  if (!read.ok) return unreadable(read.error.code)
  const outcome = await judge(
    read.value,
    (asked) => judgeKeyBinding(read.value, asked, crypto),
    input,
    crypto,
  )
  const confirmed = await confirmedTransactions(read.value.sdJwt.keyBinding, input.binding ?? {}, crypto)
  return { ...outcome, confirmed }
}

async function judge(
  credential: W3cCredential,
  judgeHolder: (input: VerifyInput) => Promise<Check>,
  input: VerifyInput,
  crypto: CryptoEngine,
): Promise<VerifyOutcome> {
  const { format, issuer, jws, keyId, type, x5c } = credential
  const reference = { format, credentialType: type, x5c, keyId, issuer }
  const judged = await judgeIssuer(jws, reference, input, crypto)
  const checks = [
    check('structure', 'passed'),
    judged.signature,
    judged.trust,
    toCheck('validity_period', findValidityFault(credential, input)),
    await judgeHolder(isVouchedFor(judged) ? input : withoutResolver(input)),
  ]
  return { checks, presentation: describe(credential, judged) }
}

function findValidityFault(
  { jwtClaims, validFrom, validUntil }: W3cCredential,
  input: VerifyInput,
): PeriodFault | undefined {
  const { iat, ...claims } = jwtClaims
  // The document says from when it holds. Others write `iat` as a date-time, which limits nothing and is left unread.
  const issued: JsonObject = typeof iat === 'number' ? { iat } : {}
  const period: JsonObject = {
    ...(validFrom !== undefined && { nbf: validFrom }),
    ...(validUntil !== undefined && { exp: validUntil }),
  }
  return findPeriodFault({ ...claims, ...issued }, input) ?? findPeriodFault(period, input)
}

async function judgePresentation(
  { credential, proof }: Presented,
  input: VerifyInput,
  crypto: CryptoEngine,
): Promise<Check> {
  const { binding } = input
  if (binding === undefined) return check('holder_binding', 'skipped')
  if (proof === undefined) return check('holder_binding', 'failed', 'vp_missing')
  const fault = findProofFault(proof, binding, input)
  if (fault !== undefined) return check('holder_binding', 'failed', fault)
  const key = await findHolderKey(credential.holder, proof, input.holderKeys)
  if (!key.ok) return check('holder_binding', 'failed', key.error)
  const verified = await verifyJws(proof.jws, key.value, ALLOWED_ALGORITHMS.key_binding, crypto)
  return toCheck('holder_binding', verified.ok ? undefined : verified.error.code)
}

/** OpenID4VP appendix B.1.3.1.5; RFC 7519 §4.1 for the times, none of which a presentation must have. */
function findProofFault(
  { jws: { payload } }: HolderProof,
  expected: NonNullable<VerifyInput['binding']>,
  { bindingWindowSeconds, now, skewSeconds }: VerifyInput,
): Fault {
  // A single string: an array would let one proof serve two verifiers.
  if (payload.aud !== expected.audience) return 'aud_wrong'
  if (payload.nonce !== expected.nonce) return 'nonce_wrong'
  if (expected.transactionData?.length) return 'transaction_data_unsupported'
  const { exp, iat, nbf } = payload
  if (![exp, iat, nbf].every(isAbsentOrTime)) return 'vp_time_malformed'
  if (typeof iat === 'number' && iat < now - bindingWindowSeconds) return 'vp_too_old'
  if (typeof iat === 'number' && iat > now + bindingWindowSeconds) return 'vp_from_future'
  if (typeof nbf === 'number' && now + skewSeconds < nbf) return 'vp_from_future'
  return typeof exp === 'number' && now - skewSeconds >= exp ? 'vp_expired' : undefined
}

function isAbsentOrTime(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value))
}

async function judgeKeyBinding(
  credential: W3cSdJwt,
  input: VerifyInput,
  crypto: CryptoEngine,
): Promise<Check> {
  const { binding } = input
  if (binding === undefined) return check('holder_binding', 'skipped')
  const { keyBinding } = credential.sdJwt
  if (keyBinding === undefined) return check('holder_binding', 'failed', 'kb_jwt_missing')
  const { kid } = keyBinding.header
  const names = { holders: [], keyId: typeof kid === 'string' ? kid : undefined }
  const key = await findHolderKey(credential.holder, names, input.holderKeys)
  if (!key.ok) return check('holder_binding', 'failed', key.error)
  const fault = await findBindingFault(credential.sdJwt, keyBinding, key.value, binding, input, crypto)
  return toCheck('holder_binding', fault)
}

function describe(credential: W3cCredential, judged: IssuerJudgement): VerifiedPresentation {
  const { document, format, holder, issuer, jwtClaims, statuses, type, validFrom, x5c } = credential
  const expiresAt = expiryOf(credential)
  return {
    format,
    type,
    claims: document,
    ...issuedBy(judged, issuer),
    holderKey: holder.key,
    statuses,
    validFrom: validFrom ?? validFromOf(jwtClaims),
    expiresAt,
    // Reading certificates costs more than all other parsing, and few queries ask for it.
    get authorityKeyIds() {
      return authorityKeyIdsOf(x5c ?? [])
    },
  }
}
