/** Every policy that walt.id has a name for: it is there, or whoever names it hears why it is not, as the documents do. */
import { readFileSync } from 'node:fs'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { describe, expect, it } from 'vitest'
import { startError } from '../http/wire.ts'
import { findPolicyMistake, policyNamed } from './judge-policies.ts'
import { policiesAsking } from './policy-list.ts'
import { refusedPolicies } from './refused-policies.ts'

const policies = policiesAsking(createRemote())
const page = readFileSync(new URL('../../../docs/compatibility.md', import.meta.url), 'utf8')

/** Name, and arguments as the first API has them. */
const SERVED: readonly (readonly [name: string, args: unknown])[] = [
  ['signature', undefined],
  ['signature_sd-jwt-vc', undefined],
  ['schema', { type: 'object', required: ['given_name'] }],
  ['expired', undefined],
  ['not-before', undefined],
  ['webhook', 'https://shop.example/decide'],
  ['minimum-credentials', 1],
  ['maximum-credentials', 1],
  ['holder-binding', undefined],
  ['allowed-issuer', 'did:web:issuer.example'],
  ['revoked-status-list', undefined],
  ['presentation-definition', undefined],
  ['dynamic', { opa_server: 'https://opa.example', policy_name: 'adults', argument: {} }],
  ['credential-status', { discriminator: 'ietf', value: 0 }],
  ['vp_required_credentials', { required: [{ credential_type: 'VerifiableId' }] }],
  // Of its second API.
  ['regex', { path: '$.given_name', regex: 'Ada' }],
]

const ALIASES: readonly (readonly [name: string, of: string])[] = [
  ['revoked_status_list', 'revoked-status-list'],
  ['expiration', 'expired'],
]

const REFUSED: readonly string[] = [
  'vical',
  'vct-integrity',
  'etsi-trust-list',
  ...['audience-check', 'nonce-check', 'envelope_signature', 'exp-check', 'nbf-check'].map(
    (check) => `jwt_vc_json/${check}`,
  ),
  ...[
    'audience-check',
    'kb-jwt_signature',
    'nonce-check',
    'sd_hash-check',
    'kb-jwt_iat-check',
    'exp-check',
    'nbf-check',
    'transaction-data-hash-check',
    'transaction-data-hashes-check',
  ].map((check) => `dc+sd-jwt/${check}`),
  ...[
    'device-auth',
    'device_key_auth',
    'transaction-data-hash-check',
    'issuer_auth',
    'issuer_signed_integrity',
    'mso',
  ].map((check) => `mso_mdoc/${check}`),
]

const sorted = (names: Iterable<string>) => [...names].toSorted()

describe('a policy of the field', () => {
  it.each(SERVED)('is served: %s', async (policy, args) => {
    expect(await findPolicyMistake(policies, [{ policy, args }])).toBeUndefined()
  })

  it.each(ALIASES)('is served under another name: %s, which is %s', async (policy, of) => {
    expect(await findPolicyMistake(policies, [{ policy }])).toBeUndefined()
    expect(policyNamed(policies, policy)).toEqual({ ...policyNamed(policies, of), name: policy })
  })

  it.each(REFUSED)('is refused with the reason, and the documents say so: %s', async (policy) => {
    const mistake = await findPolicyMistake(policies, [{ policy }])
    if (mistake?.code !== 'policy_refused') throw new Error('it is not refused')
    expect(startError(mistake)).toMatchObject({
      status: 400,
      message: `The policy ${policy} is not supported: ${mistake.reason}`,
    })
    expect(page).toContain(`\`${policy}\``)
  })

  it('is one of these, and there are no others', () => {
    expect(sorted(policies.map(({ name }) => name))).toEqual(
      sorted([...SERVED, ...ALIASES].map(([name]) => name)),
    )
    expect(sorted(refusedPolicies.keys())).toEqual(sorted(REFUSED))
  })

  it('that nobody has is unknown', async () => {
    for (const policy of ['toString', '__proto__', 'dc+sd-jwt/', 'VICAL']) {
      expect(await findPolicyMistake(policies, [{ policy }])).toMatchObject({
        code: 'policy_unknown',
        policy,
      })
    }
  })
})
