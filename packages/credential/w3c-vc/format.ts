/**
 * W3C credentials as entries of the format registry: version 1.1 and 2.0 as JWTs, version 2.0 as an SD-JWT. Before
 * SD-JWT VC had an identifier of its own it was called `vc+sd-jwt`, too: what comes under that name with a `vct` is read
 * as one, and never written.
 */

import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import type { CredentialFormat } from '../contract/format.ts'
import { JWT_LIMITS } from '../sd-jwt/reserved-names.ts'
import { matchesVct, sdJwtVc } from '../sd-jwt-vc/format.ts'
import { openSdJwtVc } from '../sd-jwt-vc/open.ts'
import { presentSdJwtVc } from '../sd-jwt-vc/present.ts'
import { verifySdJwtVc } from '../sd-jwt-vc/verify.ts'
import { matchesTypeValues } from './credential-types.ts'
import { CREDENTIAL_TYPE } from './data-model.ts'
import { issueJwtVcJson, issueVcJwt, issueVcSdJwt } from './issue.ts'
import { BASE_CONTEXTS, type ModelVersion } from './json-ld-context.ts'
import { openJwtCredential, openSdJwtCredential } from './open.ts'
import { presentJwtCredential, presentSdJwtCredential } from './present.ts'
import { verifyJwtCredential, verifySdJwtCredential } from './verify.ts'

/** VCDM 2.0 §4, 1.1 §4: what is said of the credential. What else there is, `evidence` among it, tells of its holder. */
const ENVELOPE = [
  '@context',
  'id',
  'type',
  'name',
  'description',
  'issuer',
  'validFrom',
  'validUntil',
  'issuanceDate',
  'expirationDate',
  'credentialStatus',
  'credentialSchema',
  'refreshService',
  'termsOfUse',
  'relatedResource',
  'renderMethod',
  'proof',
]

const w3c = {
  family: 'w3c',
  signerProfile: 'jose',
  statusList: 'bitstring',
  bindingMethods: ['jwk', 'did:jwk', 'did:key'],
  subjectMember: 'credentialSubject',
  envelope: () => ENVELOPE,
  defaultLifetimeDays: 365,
  claimsAt: () => ['credentialSubject'],
} as const satisfies Partial<CredentialFormat>

/** The first context names the version of the data model (VCDM §4.1), the first type is always this one (§4.4). */
function frameOf(version: ModelVersion): CredentialFormat['frame'] {
  return (type) => ({ '@context': [BASE_CONTEXTS[version]], type: [CREDENTIAL_TYPE, type] })
}

/** Data model 1.1 as a JWT. */
export const jwtVcJson: CredentialFormat = {
  ...w3c,
  id: 'jwt_vc_json',
  securedBy: 'jwt',
  oneStatus: true,
  validity: { from: 'issuanceDate', until: 'expirationDate' },
  frame: frameOf('1.1'),
  issue: issueJwtVcJson,
  open: (credential) => openJwtCredential(credential, 'jwt_vc_json'),
  present: (input) => presentJwtCredential(input, 'jwt_vc_json'),
  verify: (input, crypto) => verifyJwtCredential(input, 'jwt_vc_json', crypto),
  matchesMeta: (meta, { claims }) => matchesTypeValues(meta, claims),
}

/** Data model 2.0 as a JWT (VC-JOSE-COSE §3.1). */
export const vcJwt: CredentialFormat = {
  ...w3c,
  id: 'vc+jwt',
  securedBy: 'jwt',
  validity: { from: 'validFrom', until: 'validUntil' },
  frame: frameOf('2.0'),
  issue: issueVcJwt,
  open: (credential) => openJwtCredential(credential, 'vc+jwt'),
  present: (input) => presentJwtCredential(input, 'vc+jwt'),
  verify: (input, crypto) => verifyJwtCredential(input, 'vc+jwt', crypto),
  matchesMeta: (meta, { claims }) => matchesTypeValues(meta, claims),
}

/** Data model 2.0 as an SD-JWT (VC-JOSE-COSE §3.2), and SD-JWT VC under its first name. */
export const vcSdJwt: CredentialFormat = {
  ...w3c,
  id: 'vc+sd-jwt',
  alsoReads: 'sd-jwt-vc',
  securedBy: 'sd-jwt',
  confirmsTransactions: true,
  envelope: (claims) => (hasVct(claims) ? sdJwtVc.envelope(claims) : ENVELOPE),
  validity: { from: 'validFrom', until: 'validUntil' },
  frame: frameOf('2.0'),
  issue: issueVcSdJwt,
  open: (credential, crypto) =>
    isSdJwtVc(credential)
      ? openSdJwtVc(credential, crypto, 'vc+sd-jwt')
      : openSdJwtCredential(credential, crypto),
  present: (input, crypto) =>
    isSdJwtVc(input.credential) ? presentSdJwtVc(input, crypto) : presentSdJwtCredential(input, crypto),
  verify: (input, crypto) =>
    isSdJwtVc(input.presentation)
      ? verifySdJwtVc(input, crypto, 'vc+sd-jwt')
      : verifySdJwtCredential(input, crypto),
  matchesMeta: (meta, credential) =>
    hasVct(credential.claims) ? matchesVct(meta, credential) : matchesTypeValues(meta, credential.claims),
  answersAlso: (asked, { claims }) => asked === sdJwtVc.id && hasVct(claims),
}

/** By what the issuer signed, never by what a disclosure adds: `vct` is always shown in an SD-JWT VC. */
function isSdJwtVc(text: string): boolean {
  const end = text.indexOf('~')
  const jws = decodeJws(end === -1 ? text : text.slice(0, end), JWT_LIMITS)
  return jws.ok && hasVct(jws.value.payload)
}

function hasVct(claims: JsonObject): boolean {
  return Object.hasOwn(claims, 'vct')
}
