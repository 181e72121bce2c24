import { describe, expect, it } from 'vitest'
import { coveredPolicies } from './covered-policies.ts'
import { findPolicyMistake } from './judge-policies.ts'

const mistakeOf = (policy: string, args?: unknown) => findPolicyMistake(coveredPolicies, [{ policy, args }])

describe('arguments of a policy whose check always runs', () => {
  it.each([
    ['none', 'expired', undefined],
    ['null', 'expired', null],
    ['a token status list', 'credential-status', { discriminator: 'ietf', value: 0 }],
    [
      'a bitstring status list',
      'credential-status',
      { discriminator: 'w3c', value: 0, purpose: 'revocation', type: 'BitstringStatusList' },
    ],
    [
      'several lists',
      'credential-status',
      {
        discriminator: 'w3c-list',
        list: [
          { value: 0, purpose: 'revocation' },
          { value: 0, purpose: 'suspension' },
        ],
      },
    ],
  ])('are taken where they say what is checked: %s', async (_name, policy, args) => {
    expect(await mistakeOf(policy, args)).toBeUndefined()
  })

  it.each([
    ['some where there are none', 'expired', {}],
    ['another value', 'credential-status', { discriminator: 'ietf', value: 1 }],
    [
      'another value among several',
      'credential-status',
      { discriminator: 'w3c-list', list: [{ value: 0 }, { value: 1 }] },
    ],
    ['an empty list', 'credential-status', { discriminator: 'w3c-list', list: [] }],
    ['a list and a value', 'credential-status', { value: 0, list: [{ value: 0 }] }],
    ['a member that nobody knows', 'credential-status', { value: 0, valu: 1 }],
    ['a text', 'credential-status', 'revoked'],
  ])('are refused where they say something else: %s', async (_name, policy, args) => {
    expect(await mistakeOf(policy, args)).toMatchObject({ code: 'policy_arguments', policy })
  })
})
