import type { JsonValue } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import {
  parseAuthorizationDetails,
  writeAuthorizationDetails,
  writeAuthorizedDetails,
} from './authorization-details.ts'

const ISSUER = 'https://issuer.example'
const pid = { type: 'openid_credential', credential_configuration_id: 'pid' }

const parsed = (value: JsonValue | string) =>
  parseAuthorizationDetails(typeof value === 'string' ? value : JSON.stringify(value), ISSUER)

describe('authorization details of a request', () => {
  it.each<[string, JsonValue, readonly string[]]>([
    ['one', [pid], ['pid']],
    ['two', [pid, { ...pid, credential_configuration_id: 'badge' }], ['pid', 'badge']],
    ['one that stands there twice, once', [pid, pid], ['pid']],
    ['with members that nobody knows', [{ ...pid, claims: [], future: 1 }], ['pid']],
    ['whose location is this issuer', [{ ...pid, locations: [ISSUER] }], ['pid']],
    [
      'whose locations have this issuer among them',
      [{ ...pid, locations: ['https://o.example', ISSUER] }],
      ['pid'],
    ],
  ])('are read: %s', (_name, value, ids) => {
    const result = parsed(value)
    expect(result.ok && result.value.map(({ configurationId }) => configurationId)).toEqual(ids)
  })

  it.each<[string, JsonValue | string, string]>([
    ['no JSON', '[', 'authorization_details'],
    ['an object', pid, 'authorization_details'],
    ['an empty list', [], 'authorization_details'],
    ['a hundred and one', Array.from({ length: 101 }, () => pid), 'authorization_details'],
    ['a text in the list', ['pid'], 'authorization_details[0]'],
    ['null in the list', [null], 'authorization_details[0]'],
    ['no type', [{ credential_configuration_id: 'pid' }], 'authorization_details[0].type'],
    ['another type beside ours', [pid, { type: 'payment' }], 'authorization_details[1].type'],
    [
      'no configuration',
      [{ type: 'openid_credential' }],
      'authorization_details[0].credential_configuration_id',
    ],
    [
      'a configuration that is a number',
      [{ ...pid, credential_configuration_id: 1 }],
      'authorization_details[0].credential_configuration_id',
    ],
    [
      'a configuration without end',
      [{ ...pid, credential_configuration_id: 'x'.repeat(1025) }],
      'authorization_details[0].credential_configuration_id',
    ],
    [
      'another issuer as location',
      [{ ...pid, locations: ['https://o.example'] }],
      'authorization_details[0].locations',
    ],
    ['a location that is a text', [{ ...pid, locations: ISSUER }], 'authorization_details[0].locations'],
    [
      'a member twice',
      '[{"type":"openid_credential","type":"x","credential_configuration_id":"pid"}]',
      'authorization_details',
    ],
  ])('are refused: %s', (_name, value, at) => {
    expect(parsed(value)).toEqual({ ok: false, error: { code: 'authorization_details_invalid', at } })
  })

  it('are read as they were written', () => {
    const requested = [{ configurationId: 'pid' }, { configurationId: 'badge' }]
    expect(parsed(writeAuthorizationDetails(requested))).toEqual({ ok: true, value: requested })
  })

  it('are answered with the identifiers beside them', () => {
    expect(writeAuthorizedDetails([{ configurationId: 'pid', credentialIdentifiers: ['pid-1'] }])).toEqual([
      { ...pid, credential_identifiers: ['pid-1'] },
    ])
  })
})
