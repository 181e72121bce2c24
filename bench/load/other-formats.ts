/** Credentials of any format, and those beside SD-JWT VC, each with ten claims of which four are asked for. */

import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, CredentialFormat, IssueInput } from '@countersign/credential/contract/format'
import { mdoc } from '@countersign/credential/mdoc/format'
import { vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { now } from '@countersign/testing/people/keys'

const ELEMENTS: JsonObject = {
  family_name: 'Example',
  given_name: 'Ada',
  birth_date: '1990-01-01',
  issue_date: '2026-01-15',
  expiry_date: '2036-01-14',
  // As the certificate of the document signer has it.
  issuing_country: 'UT',
  issuing_authority: 'Vienna',
  document_number: 'A1234567',
  age_over_18: true,
  age_over_21: true,
}
const SHOWN = ['family_name', 'given_name', 'birth_date', 'age_over_18']
const NAMESPACE = 'org.iso.18013.5.1'

export interface BenchFormat {
  readonly format: CredentialFormat
  readonly type: string
  readonly claims: JsonObject
  readonly encodings?: IssueInput['encodings']
  readonly shown: readonly ClaimPath[]
  readonly withholdable: readonly ClaimPath[]
}

const below = (member: string, names: readonly string[]) => names.map((name) => [member, name])

export const mdocBench: BenchFormat = {
  format: mdoc,
  type: 'org.iso.18013.5.1.mDL',
  claims: { [NAMESPACE]: ELEMENTS },
  encodings: ['birth_date', 'issue_date', 'expiry_date'].map((name) => ({
    path: [NAMESPACE, name],
    as: 'full-date',
  })),
  shown: below(NAMESPACE, SHOWN),
  withholdable: [],
}

export const vcJwtBench: BenchFormat = {
  format: vcJwt,
  type: 'DrivingLicence',
  claims: { credentialSubject: ELEMENTS },
  shown: [],
  withholdable: [],
}

export const vcSdJwtBench: BenchFormat = {
  format: vcSdJwt,
  type: 'DrivingLicence',
  claims: { credentialSubject: ELEMENTS },
  shown: below('credentialSubject', SHOWN),
  withholdable: below('credentialSubject', Object.keys(ELEMENTS)),
}

export async function issueOther(
  { claims, encodings, format, type, withholdable }: BenchFormat,
  holder: Signer,
  issuer: Signer,
  crypto: CryptoEngine,
): Promise<string> {
  const issuedAt = now()
  const issued = await format.issue(
    {
      type,
      claims,
      ...(encodings && { encodings }),
      selectivelyDisclosable: withholdable,
      holderKey: holder.publicJwk,
      signer: issuer,
      issuer: 'https://issuer.example',
      issuedAt,
      expiresAt: issuedAt + 31_536_000,
    },
    crypto,
  )
  if (!issued.ok) throw new Error(`cannot issue: ${issued.error.code}`)
  return issued.value
}
