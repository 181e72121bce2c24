import type { JsonObject } from '@countersign/core/json'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc as mdocFormat } from '@countersign/credential/mdoc/format'
import { describe, expect, it } from 'vitest'
import { parsed } from './dcql.testing.ts'
import { findFormatFault } from './format-rules.ts'
import { claimsDemand } from './requirements.ts'

const formats = formatRegistry(ALL_FORMATS)

function faultOf(query: JsonObject) {
  return findFormatFault(parsed({ credentials: [{ id: 'a', ...query }] }).credentials, formats)
}

const mdoc = { format: 'mso_mdoc', meta: { doctype_value: 'org.iso.18013.5.1.mDL' } }

describe('a credential query', () => {
  it.each<[string, JsonObject]>([
    ['SD-JWT VC', { format: 'dc+sd-jwt', meta: { vct_values: ['urn:a'] } }],
    ['mdoc', { ...mdoc, claims: [{ path: ['org.iso.18013.5.1', 'family_name'] }] }],
    ['W3C credential', { format: 'jwt_vc_json', meta: { type_values: [['A', 'B'], ['C']] } }],
    ['vc+sd-jwt as a W3C credential', { format: 'vc+sd-jwt', meta: { type_values: [['A']] } }],
    ['vc+sd-jwt as its older meaning', { format: 'vc+sd-jwt', meta: { vct_values: ['urn:a'] } }],
    ['format that nobody here knows', { format: 'ldp_vc', meta: {} }],
  ])('for a %s is taken', (_name, query) => {
    expect(faultOf(query)).toBeUndefined()
  })

  it.each<[string, JsonObject]>([
    ['dc+sd-jwt without vct_values', { format: 'dc+sd-jwt', meta: {} }],
    ['dc+sd-jwt with an empty list', { format: 'dc+sd-jwt', meta: { vct_values: [] } }],
    ['dc+sd-jwt with a number', { format: 'dc+sd-jwt', meta: { vct_values: [1] } }],
    ['mso_mdoc without a document type', { format: 'mso_mdoc', meta: { doctype_values: ['a'] } }],
    ['mso_mdoc with a list', { format: 'mso_mdoc', meta: { doctype_value: ['a'] } }],
    ['jwt_vc_json with a flat list', { format: 'jwt_vc_json', meta: { type_values: ['A'] } }],
    ['vc+jwt with an empty set', { format: 'vc+jwt', meta: { type_values: [[]] } }],
    ['vc+sd-jwt with neither', { format: 'vc+sd-jwt', meta: {} }],
  ])('for %s is refused', (_name, query) => {
    const { format } = query
    expect(faultOf(query)).toEqual({ code: 'meta_not_of_format', at: '$.credentials[0].meta', format })
  })

  it.each([
    [['org.iso.18013.5.1']],
    [['org.iso.18013.5.1', 'driving_privileges', 0]],
    [['org.iso.18013.5.1', null]],
    [['org.iso.18013.5.1', 1]],
  ])('for an mdoc with the path %j is refused (§7.2)', (path) => {
    expect(faultOf({ ...mdoc, claims: [{ path: ['org.iso.18013.5.1', 'x'] }, { path }] })).toEqual({
      code: 'path_not_of_format',
      at: '$.credentials[0].claims[1].path',
      format: 'mso_mdoc',
    })
  })
})

describe('a wallet that is asked for a whole namespace of an mdoc', () => {
  it('has nothing that answers', () => {
    const { credentials } = parsed({ credentials: [{ id: 'a', ...mdoc, claims: [{ path: ['ns'] }] }] })
    const [query] = credentials
    expect(query && claimsDemand(query, mdocFormat)({ ns: { family_name: 'Example' } })).toEqual({
      ok: false,
      error: { code: 'claim_missing', path: ['ns'], because: 'path_not_of_format' },
    })
  })
})
