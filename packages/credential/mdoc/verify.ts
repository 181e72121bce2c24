/**
 * Verifies a presented mdoc (ISO/IEC 18013-5 §9.3.1, OpenID4VP 1.0 appendix B.2) as five checks. The session transcript
 * is made of the verifier's own request, and whether holder binding is needed is the verifier's word alone. What the
 * device says itself is checked and not passed on as a claim: no issuer stands behind it.
 */

import { type JsonObject, placeOfUnsafeNumber } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { readCoseAlgorithm, verifyCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { authorityKeyIdsOf } from '@countersign/x509/certificate'
import type { Check } from '../contract/checks.ts'
import type { FormatRefusal, VerifiedPresentation, VerifyInput, VerifyOutcome } from '../contract/format.ts'
import {
  check,
  type IssuerJudgement,
  issuedBy,
  judgeSigned,
  type PeriodFault,
  toCheck,
  unreadable,
} from '../contract/judge-issuer.ts'
import type { IssuerTrust } from '../contract/trust-port.ts'
import {
  findAuthorizationFault,
  findDeviceMacFault,
  findDeviceSignatureFault,
} from './device-signed/device-auth.ts'
import { type DeviceDocument, readDeviceResponse } from './device-signed/device-response.ts'
import { sessionTranscriptOf } from './device-signed/session-transcript.ts'
import { MDOC_ALGORITHMS } from './issuer-signed/algorithms-and-limits.ts'
import { claimsOf, type IssuerSigned, readIssuerSigned } from './issuer-signed/issuer-signed.ts'
import type { Validity } from './issuer-signed/mso.ts'
import { findJurisdictionFault } from './issuing-jurisdiction.ts'
import { readText } from './read.ts'

export async function verifyMdoc(input: VerifyInput, crypto: CryptoEngine): Promise<VerifyOutcome> {
  const read = await readPresentation(input.presentation, crypto)
  if (!read.ok) return unreadable(read.error.code)
  const { document, issuerSigned } = read.value
  const claims = claimsOf(issuerSigned.items)
  // What is shown as verified is JSON, and these values would be others there.
  if (placeOfUnsafeNumber(claims) !== undefined) return unreadable('element_number_unsafe')
  const judged = await judgeIssuer(issuerSigned, claims, input, crypto)
  const checks = [
    check('structure', 'passed'),
    judged.signature,
    judged.trust,
    toCheck('validity_period', findPeriodFault(issuerSigned.mso.validity, input)),
    await judgeBinding(document, issuerSigned, input, crypto),
  ]
  return { checks, presentation: describe(issuerSigned, claims, judged) }
}

export interface ReadPresentation {
  readonly document: DeviceDocument
  readonly issuerSigned: IssuerSigned
}

/** Everything that holds or not without a key: form, digests, and that both parts name one document type. */
export async function readPresentation(
  text: string,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Result<ReadPresentation, FormatRefusal>> {
  const value = readText(text)
  if (!value.ok) return value
  const document = readDeviceResponse(value.value)
  if (!document.ok) return document
  const issuerSigned = await readIssuerSigned(document.value.issuerSigned, crypto)
  if (!issuerSigned.ok) return issuerSigned
  // §9.3.1 step 4: or a library card would be shown as a driving licence.
  if (document.value.docType !== issuerSigned.value.mso.docType) return refuse({ code: 'doctype_mismatch' })
  return ok({ document: document.value, issuerSigned: issuerSigned.value })
}

function judgeIssuer(
  { issuerAuth, mso, x5c }: IssuerSigned,
  claims: JsonObject,
  input: VerifyInput,
  crypto: CryptoEngine,
): Promise<IssuerJudgement> {
  const algorithm = readCoseAlgorithm(issuerAuth, MDOC_ALGORITHMS)
  const { signed: signedAt } = mso.validity
  const reference = {
    format: 'mso_mdoc',
    signerProfile: 'iso-mdl',
    credentialType: mso.docType,
    x5c,
    signedAt,
  } as const
  const trust = withinJurisdiction(input.trust, claims)
  return judgeSigned(algorithm, reference, { trust, now: input.now }, (key) =>
    verifyCoseSign1(issuerAuth, key, MDOC_ALGORITHMS, crypto),
  )
}

/** §9.3.1: a signer is not believed for another country or jurisdiction than that of its certificate. */
function withinJurisdiction(trust: IssuerTrust, claims: JsonObject): IssuerTrust {
  return async (reference, now) => {
    const trusted = await trust(reference, now)
    if (!trusted.ok) return trusted
    const { jurisdiction, key } = trusted.value
    const fault =
      jurisdiction && findJurisdictionFault({ type: reference.credentialType, claims }, jurisdiction)
    return fault === undefined ? trusted : refuse({ code: 'untrusted', reason: fault.code, key })
  }
}

/** The MSO is valid now, and was not signed in the future (§9.3.1 step 5). */
function findPeriodFault(
  { signed, validFrom, validUntil }: Validity,
  { now, skewSeconds }: Pick<VerifyInput, 'now' | 'skewSeconds'>,
): PeriodFault | undefined {
  if (now - skewSeconds >= validUntil) return 'expired'
  if (now + skewSeconds < signed) return 'issued_in_future'
  return now + skewSeconds < validFrom ? 'not_yet_valid' : undefined
}

async function judgeBinding(
  document: DeviceDocument,
  issuerSigned: IssuerSigned,
  { binding, readerAgreement }: VerifyInput,
  crypto: CryptoEngine,
): Promise<Check> {
  if (binding === undefined) return check('holder_binding', 'skipped')
  const { deviceAuth, deviceNameSpaces } = document
  const { deviceKey, keyAuthorizations } = issuerSigned.mso
  const { kind, proof } = deviceAuth
  // The key for the answer is the one key that a device could agree with: transcripts name none (appendix B.2.6).
  if (kind === 'mac' && readerAgreement === undefined)
    return check('holder_binding', 'failed', 'device_mac_without_encryption')
  if ((binding.transactionData ?? []).length > 0) {
    return check('holder_binding', 'failed', 'transaction_data_unsupported')
  }
  const unauthorized = findAuthorizationFault(deviceNameSpaces, keyAuthorizations)
  if (unauthorized !== undefined) return check('holder_binding', 'failed', unauthorized)
  const transcript = await sessionTranscriptOf(binding, crypto)
  if (!transcript.ok) return check('holder_binding', 'failed', transcript.error.code)
  const fault =
    kind === 'mac' && readerAgreement !== undefined
      ? findDeviceMacFault(proof, document, transcript.value, readerAgreement, deviceKey, crypto)
      : findDeviceSignatureFault(proof, document, transcript.value, deviceKey, crypto)
  return toCheck('holder_binding', await fault)
}

function describe(
  { mso, x5c }: IssuerSigned,
  claims: JsonObject,
  judged: IssuerJudgement,
): VerifiedPresentation {
  return {
    format: 'mso_mdoc',
    type: mso.docType,
    claims,
    ...issuedBy(judged, undefined),
    holderKey: mso.deviceKey,
    statuses: mso.statuses,
    validFrom: mso.validity.validFrom,
    expiresAt: mso.validity.validUntil,
    // Reading certificates costs more than all other parsing, and few queries ask for it.
    get authorityKeyIds() {
      return authorityKeyIdsOf(x5c)
    },
  }
}
