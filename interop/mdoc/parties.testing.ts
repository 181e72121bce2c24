/** Document signers, holders and our side of the tests of mdocs against other people's implementations. */

import type { JsonObject } from '@countersign/core/json'
import type {
  ClaimPath,
  IssueInput,
  RequestBinding,
  ValueEncoding,
  VerifyInput,
  VerifyOutcome,
} from '@countersign/credential/contract/format'
import { mdoc } from '@countersign/credential/mdoc/format'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { issueAs, mdocKind, presentAs } from '@countersign/testing/forging/credential-kinds'
import { newAuthority } from '@countersign/testing/people/authority'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { newPerson, now, type Person } from '../people.testing.ts'
import type { Algorithm } from './owf.testing.ts'

export const docType = 'org.iso.18013.5.1.mDL'
export const namespace = 'org.iso.18013.5.1'
export const localNamespace = 'org.iso.18013.5.1.DE'

const authority = newAuthority('Interop IACA', now)
export const caCertificate = authority.certificate

export interface DocumentSigner extends Person {
  /** Standard base64 of the DER form. */
  readonly certificate: string
}

export function newDocumentSigner(algorithm: Algorithm): DocumentSigner {
  const { jwk } = newPerson(algorithm)
  const signer = authority.vouchFor({
    name: 'Interop document signer',
    jwk,
    extKeyUsage: ['1.0.18013.5.1.2'],
  })
  return { jwk, signer, certificate: signer.x5c?.[0] ?? '' }
}

/** All that both sides can say: numbers with a fraction in fewer than eight bytes have a test of their own. */
export const claims = {
  [namespace]: {
    family_name: 'Mustermann',
    given_name: 'Zoë 𝔐',
    birth_date: '1984-01-17',
    portrait: '_9j_4AAQ',
    age_over_18: true,
    height: 169,
    driving_privileges: [
      { vehicle_category_code: 'B', issue_date: '2013-04-25', codes: [{ code: '01' }] },
      { vehicle_category_code: 'A', issue_date: '2015-04-25', codes: [] },
    ],
  },
  [localNamespace]: {
    given_name: 'Z.',
    registered_at: '2024-05-01T10:00:00Z',
    balance: -70_000,
    many: 2 ** 40,
    share: 0.1,
    restricted: false,
  },
} satisfies JsonObject

export const encodings: readonly ValueEncoding[] = [
  { path: [namespace, 'birth_date'], as: 'full-date' },
  { path: [namespace, 'portrait'], as: 'bytes' },
  { path: [namespace, 'driving_privileges', null, 'issue_date'], as: 'full-date' },
  { path: [localNamespace, 'registered_at'], as: 'date-time' },
]

export async function issuedByUs(
  issuer: DocumentSigner,
  holder: Person,
  changes: Partial<IssueInput> = {},
): Promise<string> {
  const contents = { claims, encodings, issuedAt: now - 60, ...changes }
  return (await issueAs(mdocKind, issuer.signer, contents, holder.signer)).credential
}

export function presentedByUs(
  credential: string,
  holder: Person,
  disclose: readonly ClaimPath[],
  binding: RequestBinding,
): Promise<string> {
  const { audience: clientId, nonce, responseUri } = binding
  const request = { clientId, nonce, responseUri: responseUri ?? '' }
  // Over the DC API there is no address.
  const bound = { ...binding, responseUri, issuedAt: now }
  return presentAs(mdocKind, { request }, { credential, holder: holder.signer }, bound, disclose)
}

/** Trusts this certificate of a signer and no other; profiles of certificates are not what these tests are about. */
export function verifiedByUs(
  presentation: string,
  issuer: DocumentSigner,
  binding: RequestBinding,
  changes: Partial<VerifyInput> = {},
): Promise<VerifyOutcome> {
  const certificate = parseX5cEntry(issuer.certificate)
  if (!certificate.ok) throw new Error(certificate.error.code)
  const trust = issuerTrust(
    chainTrust({ list: { anchors: [], pins: [{ certificate: certificate.value }] }, crypto: nodeCrypto }),
  )
  return mdoc.verify(
    { presentation, binding, now, skewSeconds: 60, bindingWindowSeconds: 300, trust, ...changes },
    nodeCrypto,
  )
}

export function outcomes({ checks }: VerifyOutcome): readonly string[] {
  return checks.map(({ name, outcome, detail }) => (outcome === 'passed' ? outcome : `${name} ${detail}`))
}

export const allPassed = ['passed', 'passed', 'passed', 'passed', 'passed']

/** One request as our side and as the library says it. */
export const sessions = {
  redirects: {
    binding: {
      audience: 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk',
      nonce: 'n-0S6_WzA2Mj_42',
      responseUri: 'https://verifier.example/response/1',
    },
    theirs: {
      clientId: 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk',
      nonce: 'n-0S6_WzA2Mj_42',
      responseUri: 'https://verifier.example/response/1',
    },
  },
  'the DC API': {
    binding: { audience: 'origin:https://verifier.example', nonce: 'n-0S6_WzA2Mj_43' },
    theirs: { origin: 'https://verifier.example', nonce: 'n-0S6_WzA2Mj_43' },
  },
} as const
