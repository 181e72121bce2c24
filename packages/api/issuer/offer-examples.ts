/**
 * What can be issued, in the body that its format takes: each path of the issue calls shows those of its own family. The
 * people are nobody, and the key is published with this file.
 */
import { ONBOARDED_ISSUER_EXAMPLE } from './onboarding.ts'

const identity = {
  credentialConfigurationId: 'identity_credential_dc+sd-jwt',
  credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
}

/** With everything that can be said about such a credential and its offer. */
const identityInFull = {
  ...identity,
  mapping: { iat: '<timestamp-seconds>', nbf: '<timestamp-seconds>', exp: '<timestamp-in-seconds:365d>' },
  selectiveDisclosure: { fields: { birthdate: { sd: true } } },
  authenticationMethod: 'PRE_AUTHORIZED',
  txCode: { input_mode: 'numeric', length: 6, description: 'It was sent to your phone' },
  txCodeValue: '493536',
  valueMode: 'BY_REFERENCE',
  status: true,
}

const pid = {
  credentialConfigurationId: 'eu_pid_dc+sd-jwt',
  credentialData: {
    given_name: 'Ada',
    family_name: 'Example',
    birthdate: '1990-01-01',
    place_of_birth: { locality: 'Graz', country: 'AT' },
    nationalities: ['AT'],
    issuing_authority: 'Demonstration authority',
    issuing_country: 'DE',
  },
}

const badge = {
  credentialConfigurationId: 'employee_badge_dc+sd-jwt',
  credentialData: {
    given_name: 'Ada',
    family_name: 'Example',
    employer: 'Sample Works',
    employee_id: 'E-10427',
  },
}

const degree = {
  credentialConfigurationId: 'UniversityDegree_jwt_vc_json',
  credentialData: {
    '@context': ['https://www.w3.org/2018/credentials/v1'],
    type: ['VerifiableCredential', 'UniversityDegree'],
    credentialSubject: {
      given_name: 'Ada',
      family_name: 'Example',
      university: 'Example University',
      degree: { type: 'BachelorDegree', name: 'BSc Geology' },
      graduation_date: '2024-07-12',
    },
  },
  mapping: {
    id: '<uuid>',
    issuer: { id: '<issuerDid>' },
    credentialSubject: { id: '<subjectDid>' },
    issuanceDate: '<timestamp>',
    expirationDate: '<timestamp-in:365d>',
  },
}

/** Of the second data model, whose members have other names. */
const secondDegree = {
  credentialConfigurationId: 'UniversityDegree_vc+jwt',
  credentialData: {
    ...degree.credentialData,
    '@context': ['https://www.w3.org/ns/credentials/v2'],
  },
  mapping: { id: '<uuid>', validFrom: '<timestamp>', validUntil: '<timestamp-in:365d>' },
}

/** The only W3C format in which a holder can withhold something. */
const badgeAsSdJwt = {
  credentialConfigurationId: 'EmployeeBadge_vc+sd-jwt',
  credentialData: {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiableCredential', 'EmployeeBadge'],
    credentialSubject: { ...badge.credentialData },
  },
  selectiveDisclosure: {
    fields: { credentialSubject: { children: { fields: { employee_id: { sd: true } } } } },
  },
}

const pidAsMdoc = {
  credentialConfigurationId: 'eu.europa.ec.eudi.pid.1',
  mdocData: {
    'eu.europa.ec.eudi.pid.1': {
      family_name: 'Example',
      given_name: 'Ada',
      birth_date: '1990-01-01',
      nationality: ['DE'],
      expiry_date: '2046-01-14',
      issuing_authority: 'DE',
      issuing_country: 'DE',
    },
  },
  mdocValidityDays: 30,
}

/** `UT` is the country of the development IACA; the portrait is a picture of one pixel. */
const licence = {
  credentialConfigurationId: 'org.iso.18013.5.1.mDL',
  mdocData: {
    'org.iso.18013.5.1': {
      family_name: 'Example',
      given_name: 'Ada',
      birth_date: '1990-01-01',
      issue_date: '2026-01-15',
      expiry_date: '2036-01-14',
      issuing_country: 'UT',
      issuing_authority: 'Utopia',
      document_number: 'A1234567',
      portrait:
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg',
      driving_privileges: [
        { vehicle_category_code: 'B', issue_date: '2008-03-01', expiry_date: '2036-01-14' },
      ],
      un_distinguishing_sign: 'UTO',
      age_over_18: true,
    },
  },
}

/** By a key of the caller's own, as the onboarding calls answer it. */
const ownIssuer = ONBOARDED_ISSUER_EXAMPLE

export const ISSUE_EXAMPLES = {
  sdjwt: [identity, identityInFull, pid, { ...identity, ...ownIssuer }],
  jwt: [degree, secondDegree, badgeAsSdJwt, { ...degree, ...ownIssuer }],
  mdoc: [licence, pidAsMdoc],
}

export const ISSUE_BATCH_EXAMPLES = {
  sdjwt: [[identity, badge]],
  jwt: [[degree, badgeAsSdJwt]],
  mdoc: [[licence, pidAsMdoc]],
}
