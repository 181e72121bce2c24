/** The example queries of OpenID4VP 1.0 (§6, appendix D), for tests. */
import type { JsonObject } from '@countersign/core/json'

const paths = (...list: readonly string[][]) => list.map((path) => ({ path }))

const sdJwt = (id: string, vct: string, claims: JsonObject['claims'] = []): JsonObject => ({
  id,
  format: 'dc+sd-jwt',
  meta: { vct_values: [vct] },
  claims,
})

const mdoc = (id: string, doctype: string, claims: JsonObject['claims'] = []): JsonObject => ({
  id,
  format: 'mso_mdoc',
  meta: { doctype_value: doctype },
  claims,
})

const MDL = 'org.iso.18013.5.1'
const PHOTO_CARD = 'org.iso.23220.1'

const alternatives = {
  id: 'pid',
  format: 'dc+sd-jwt',
  meta: { vct_values: ['https://credentials.example.com/identity_credential'] },
  claims: [
    { id: 'a', path: ['last_name'] },
    { id: 'b', path: ['postal_code'] },
    { id: 'c', path: ['locality'] },
    { id: 'd', path: ['region'] },
    { id: 'e', path: ['date_of_birth'] },
  ],
  claim_sets: [
    ['a', 'c', 'd', 'e'],
    ['a', 'b', 'e'],
  ],
}

const names = paths(['given_name'], ['family_name'], ['address', 'street_address'])

export const exampleQueries = {
  oneMdoc: {
    credentials: [
      mdoc(
        'my_credential',
        'org.iso.7367.1.mVRC',
        paths(['org.iso.7367.1', 'vehicle_holder'], [MDL, 'first_name']),
      ),
    ],
  },
  twoCredentials: {
    credentials: [
      sdJwt('pid', 'https://credentials.example.com/identity_credential', names),
      mdoc('mdl', 'org.iso.7367.1.mVRC', paths(['org.iso.7367.1', 'vehicle_holder'], [MDL, 'first_name'])),
    ],
  },
  pidOrElse: {
    credentials: [
      sdJwt('pid', 'https://credentials.example.com/identity_credential', names),
      sdJwt('other_pid', 'https://othercredentials.example/pid', names),
      sdJwt(
        'pid_reduced_cred_1',
        'https://credentials.example.com/reduced_identity_credential',
        paths(['family_name'], ['given_name']),
      ),
      sdJwt(
        'pid_reduced_cred_2',
        'https://cred.example/residence_credential',
        paths(['postal_code'], ['locality'], ['region']),
      ),
      sdJwt('nice_to_have', 'https://company.example/company_rewards', paths(['rewards_number'])),
    ],
    credential_sets: [
      { options: [['pid'], ['other_pid'], ['pid_reduced_cred_1', 'pid_reduced_cred_2']] },
      { required: false, options: [['nice_to_have']] },
    ],
  },
  idAndAddress: {
    credentials: [
      mdoc('mdl-id', `${MDL}.mDL`, paths([MDL, 'given_name'], [MDL, 'family_name'], [MDL, 'portrait'])),
      mdoc('mdl-address', `${MDL}.mDL`, paths([MDL, 'resident_address'], [MDL, 'resident_country'])),
      mdoc(
        'photo_card-id',
        'org.iso.23220.photoid.1',
        paths([PHOTO_CARD, 'given_name'], [PHOTO_CARD, 'portrait']),
      ),
      mdoc('photo_card-address', 'org.iso.23220.photoid.1', paths([PHOTO_CARD, 'resident_address'])),
    ],
    credential_sets: [
      { options: [['mdl-id'], ['photo_card-id']] },
      { required: false, options: [['mdl-address'], ['photo_card-address']] },
    ],
  },
  claimAlternatives: { credentials: [alternatives] },
  specificValues: {
    credentials: [
      {
        id: 'my_credential',
        format: 'dc+sd-jwt',
        meta: { vct_values: ['https://credentials.example.com/identity_credential'] },
        claims: [
          { path: ['last_name'], values: ['Doe'] },
          { path: ['first_name'] },
          { path: ['address', 'street_address'] },
          { path: ['postal_code'], values: ['90210', '90211'] },
        ],
      },
    ],
  },
  trustedAuthorities: {
    credentials: [
      {
        ...sdJwt('pid', 'https://credentials.example.com/identity_credential', names),
        trusted_authorities: [
          { type: 'aki', values: ['s9tIpPmhxdiuNkHMEWNpYim8S8Y'] },
          { type: 'etsi_tl', values: ['https://lotl.example.com'] },
          { type: 'openid_federation', values: ['https://trustanchor.example.com'] },
        ],
      },
    ],
  },
}
