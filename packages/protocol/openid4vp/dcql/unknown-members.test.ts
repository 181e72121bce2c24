import type { JsonObject } from '@countersign/core/json'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { describe, expect, it } from 'vitest'
import { parseDcqlQuery } from './parse.ts'
import { findUnknownMember } from './unknown-members.ts'

const formats = formatRegistry(ALL_FORMATS)

const pid: JsonObject = {
  id: 'pid',
  format: 'dc+sd-jwt',
  multiple: false,
  require_cryptographic_holder_binding: true,
  meta: { vct_values: ['urn:eudi:pid:1'] },
  trusted_authorities: [{ type: 'aki', values: ['s9tIpPmhxdiuNkHMEWNpYim8S8Y'] }],
  claims: [{ id: 'a', path: ['given_name'], values: ['Ada'] }],
  claim_sets: [['a']],
}
const licence: JsonObject = {
  id: 'licence',
  format: 'mso_mdoc',
  meta: { doctype_value: 'org.iso.18013.5.1.mDL' },
  claims: [{ path: ['org.iso.18013.5.1', 'age_over_18'], intent_to_retain: true }],
}
const degree: JsonObject = {
  id: 'degree',
  format: 'vc+sd-jwt',
  meta: { type_values: [['UniversityDegree']] },
}
const whole: JsonObject = {
  credentials: [pid, licence, degree],
  credential_sets: [{ options: [['pid'], ['licence']], required: false }],
}

describe('a query that a caller gives', () => {
  it('may have every member of DCQL', () => {
    expect(findUnknownMember(whole, formats)).toBeUndefined()
  })

  it.each<[string, JsonObject, string, string, string | undefined]>([
    ['the query', { ...whole, credentialSets: [] }, '$', 'credentialSets', 'credential_sets'],
    [
      'a set',
      { ...whole, credential_sets: [{ options: [['pid']], purpose: 'x' }] },
      '$.credential_sets[0]',
      'purpose',
      undefined,
    ],
    [
      'a credential',
      { credentials: [licence, { ...pid, claim: [] }] },
      '$.credentials[1]',
      'claim',
      'claims',
    ],
    [
      'a claim',
      { credentials: [{ ...pid, claims: [{ id: 'a', path: ['b'], value: ['c'] }] }] },
      '$.credentials[0].claims[0]',
      'value',
      'values',
    ],
    [
      'an authority',
      { credentials: [{ ...pid, trusted_authorities: [{ type: 'aki', values: ['a'], iss: 'b' }] }] },
      '$.credentials[0].trusted_authorities[0]',
      'iss',
      undefined,
    ],
    [
      'meta',
      { credentials: [{ ...pid, meta: { vct_values: ['a'], vct_value: 'b' } }] },
      '$.credentials[0].meta',
      'vct_value',
      'vct_values',
    ],
    [
      'meta, of another format',
      { credentials: [{ ...licence, meta: { doctype_value: 'a', vct_values: ['b'] } }] },
      '$.credentials[0].meta',
      'vct_values',
      undefined,
    ],
    [
      'meta, of a format with two names',
      { credentials: [{ ...degree, meta: { type_values: [['a']], vct: 'b' } }] },
      '$.credentials[0].meta',
      'vct',
      undefined,
    ],
  ])('has no member that wallets would ignore: in %s', (_name, query, at, name, nearest) => {
    expect(parseDcqlQuery(query).ok).toBe(true)
    expect(findUnknownMember(query, formats)).toEqual({ code: 'unknown_member', at, name, nearest })
  })
})
