/** For each format: what an issue call says, what a verifier asks, and what it must see in the end. */

import type { JsonObject } from '@countersign/core/json'
import type { FormatId } from '@countersign/credential/contract/format-id'

export interface FormatCase {
  readonly format: FormatId
  /** Path of the issue call. */
  readonly family: 'sdjwt' | 'jwt' | 'mdoc'
  readonly order: JsonObject
  readonly query: JsonObject
  /** Members that the verified claims must have. */
  readonly seen: JsonObject
  /** Claims that the holder keeps to itself, as JSON text within the result; empty where all is shown. */
  readonly withheld: readonly string[]
}

const person = { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' }

function w3c(format: FormatId, withheld: readonly string[]): FormatCase {
  const claims = [
    { path: ['credentialSubject', 'given_name'] },
    { path: ['credentialSubject', 'family_name'] },
  ]
  return {
    format,
    family: 'jwt',
    order: {
      credentialConfigurationId: `IdentityCredential_${format}`,
      credentialData: { credentialSubject: person },
    },
    query: { id: 'asked', format, meta: { type_values: [['IdentityCredential']] }, claims },
    seen: { credentialSubject: { given_name: 'Ada', family_name: 'Example' } },
    withheld,
  }
}

const mdlElements = {
  family_name: 'Example',
  given_name: 'Ada',
  birth_date: '1990-01-01',
  issue_date: '2026-01-15',
  expiry_date: '2036-01-14',
  issuing_country: 'UT',
  issuing_authority: 'Utopia',
  document_number: 'A1234567',
  portrait: 'iVBORw0KGgo',
  driving_privileges: [{ vehicle_category_code: 'B', issue_date: '2008-03-01' }],
  un_distinguishing_sign: 'UTO',
}

export const formatCases: readonly FormatCase[] = [
  {
    format: 'dc+sd-jwt',
    family: 'sdjwt',
    order: { credentialConfigurationId: 'identity_credential_dc+sd-jwt', credentialData: person },
    query: {
      id: 'asked',
      format: 'dc+sd-jwt',
      meta: { vct_values: ['urn:countersign:identity-credential:1'] },
      claims: [{ path: ['given_name'] }, { path: ['family_name'] }],
    },
    seen: { given_name: 'Ada', family_name: 'Example' },
    withheld: ['1990-01-01'],
  },
  {
    format: 'mso_mdoc',
    family: 'mdoc',
    order: {
      credentialConfigurationId: 'org.iso.18013.5.1.mDL',
      mdocData: { 'org.iso.18013.5.1': mdlElements },
    },
    query: {
      id: 'asked',
      format: 'mso_mdoc',
      meta: { doctype_value: 'org.iso.18013.5.1.mDL' },
      claims: [
        { path: ['org.iso.18013.5.1', 'family_name'] },
        { path: ['org.iso.18013.5.1', 'birth_date'] },
        { path: ['org.iso.18013.5.1', 'driving_privileges'] },
      ],
    },
    seen: {
      'org.iso.18013.5.1': {
        family_name: 'Example',
        birth_date: '1990-01-01',
        driving_privileges: [{ vehicle_category_code: 'B', issue_date: '2008-03-01' }],
      },
    },
    withheld: ['A1234567', 'iVBORw0KGgo'],
  },
  w3c('jwt_vc_json', []),
  w3c('vc+jwt', []),
  w3c('vc+sd-jwt', ['1990-01-01']),
]
