/**
 * Verifies a presented SD-JWT VC (RFC 9901 §7.1, §7.3; SD-JWT VC §2.4-2.5) as five checks. Whether holder binding is
 * needed is the verifier's word alone, never concluded from what was sent.
 */

import { isJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { authorityKeyIdsOf } from '@countersign/x509/certificate'
import type { Check } from '../contract/checks.ts'
import type { VerifiedPresentation, VerifyInput, VerifyOutcome } from '../contract/format.ts'
import type { FormatId } from '../contract/format-id.ts'
import {
  check,
  findPeriodFault,
  type IssuerJudgement,
  issuedBy,
  isVouchedFor,
  judgeIssuer,
  toCheck,
  unreadable,
  validFromOf,
  withoutResolver,
} from '../contract/judge-issuer.ts'
import { EXACT } from '../contract/showable-claims.ts'
import { findBindingFault } from '../sd-jwt/key-binding.ts'
import { confirmedTransactions } from '../sd-jwt/transaction-data.ts'
import { readSdJwtVc, type SdJwtVc } from './read.ts'

/** `format`: the identifier that it was asked for under. */
export async function verifySdJwtVc(
  input: VerifyInput,
  crypto: CryptoEngine,
  format: FormatId = 'dc+sd-jwt',
): Promise<VerifyOutcome> {
  const read = await readSdJwtVc(input.presentation, crypto, EXACT)
  if (!read.ok) return unreadable(read.error.code)
  const credential = read.value
  const { issuer, jws, keyId, type, x5c } = credential
  const reference = { format, credentialType: type, x5c, keyId, issuer }
  const judged = await judgeIssuer(jws, reference, input, crypto)
  const checks = [
    check('structure', 'passed'),
    judged.signature,
    judged.trust,
    toCheck('validity_period', findPeriodFault(credential.claims, input)),
    await judgeBinding(credential, isVouchedFor(judged) ? input : withoutResolver(input), crypto),
  ]
  const confirmed = await confirmedTransactions(credential.keyBinding, input.binding ?? {}, crypto)
  return { checks, presentation: describe(credential, format, judged), confirmed }
}

async function judgeBinding(credential: SdJwtVc, input: VerifyInput, crypto: CryptoEngine): Promise<Check> {
  const { binding } = input
  if (binding === undefined) return check('holder_binding', 'skipped')
  const { keyBinding } = credential
  if (keyBinding === undefined) return check('holder_binding', 'failed', 'kb_jwt_missing')
  const key = await findHolderKey(credential, input)
  if (!key.ok) return check('holder_binding', 'failed', key.error)
  const fault = await findBindingFault(credential, keyBinding, key.value, binding, input, crypto)
  return toCheck('holder_binding', fault)
}

/** The refusal is a reason for people. */
async function findHolderKey(
  credential: SdJwtVc,
  { holderKeys }: VerifyInput,
): Promise<Result<PublicJwk, string>> {
  const { holderKey, holderKeyUrl } = credential
  if (holderKey !== undefined) return ok(holderKey)
  if (holderKeyUrl === undefined || holderKeys === undefined) return refuse(whyUnbound(credential))
  const resolved = await holderKeys(holderKeyUrl, 'authentication')
  return resolved.ok ? resolved : refuse(resolved.error.code)
}

/** RFC 7800 knows further ways to name a key, none of which a verifier could use here. */
function whyUnbound({ claims: { cnf } }: SdJwtVc): string {
  if (!isJsonObject(cnf)) return 'cnf_missing'
  const isNamed = typeof cnf.kid === 'string' && cnf.kid.startsWith('did:')
  return cnf.jwk === undefined && !isNamed ? 'cnf_method_unsupported' : 'cnf_key_unusable'
}

function describe(credential: SdJwtVc, format: FormatId, judged: IssuerJudgement): VerifiedPresentation {
  const { type, claims, issuer, holderKey, statuses, x5c } = credential
  const { exp } = claims
  return {
    format,
    type,
    claims,
    ...issuedBy(judged, issuer),
    holderKey,
    statuses,
    validFrom: validFromOf(claims),
    expiresAt: typeof exp === 'number' ? exp : undefined,
    // Reading certificates costs more than all other parsing, and few queries ask for it.
    get authorityKeyIds() {
      return authorityKeyIdsOf(x5c ?? [])
    },
  }
}
