import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { describe, expect, it } from 'vitest'
import type { DescriptorField, InputDescriptor } from './input-descriptor.ts'
import { translateRequestCredentials } from './requested-credentials.ts'
import type { RequestedCredential } from './walt-id-formats.ts'

const formats = formatRegistry(ALL_FORMATS)
const at = 'request_credentials[0]'

function translate(entry: RequestedCredential) {
  const translated = translateRequestCredentials([entry], formats)
  return translated.ok ? translated.value.dcqlQuery['credentials'] : translated.error
}

function withFields(fields: readonly DescriptorField[], descriptor: InputDescriptor = {}) {
  return translate({ vct: 'a', input_descriptor: { ...descriptor, constraints: { fields } } })
}

describe('an input descriptor', () => {
  it.each<[string, DescriptorField, object]>([
    ['a claim', { path: ['$.a'] }, { path: ['a'] }],
    ['a value', { path: ['$.a'], filter: { type: 'string', const: 'x' } }, { path: ['a'], values: ['x'] }],
    ['values', { path: ['$.a'], filter: { enum: ['x', 2] } }, { path: ['a'], values: ['x', 2] }],
    [
      'a pattern that is a text',
      { path: ['$.a'], filter: { pattern: '^x y$' } },
      { path: ['a'], values: ['x y'] },
    ],
    ['a type of values', { path: ['$.a'], filter: { type: 'string' } }, { path: ['a'] }],
    ['what is kept', { path: ['$.a'], intent_to_retain: true }, { path: ['a'], intent_to_retain: true }],
    ['two ways to write one path', { path: ['$.a.b', "$['a']['b']"] }, { path: ['a', 'b'] }],
  ])('asks for %s', (_name, field, claim) => {
    expect(withFields([field])).toMatchObject([{ claims: [claim] }])
  })

  it.each<[string, DescriptorField, object]>([
    [
      'a pattern',
      { path: ['$.a'], filter: { pattern: 'x' } },
      { code: 'field_filter_not_values', at, path: '$.a' },
    ],
    [
      'a pattern with any sign',
      { path: ['$.a'], filter: { pattern: '^x.y$' } },
      { code: 'field_filter_not_values', at, path: '$.a' },
    ],
    [
      'an entry of a list',
      { path: ['$.a'], filter: { contains: { const: 'x' } } },
      { code: 'field_filter_not_values', at, path: '$.a' },
    ],
    [
      'two conditions',
      { path: ['$.a'], filter: { const: 'x', pattern: '^x$' } },
      { code: 'field_filter_not_values', at, path: '$.a' },
    ],
    ['one of two claims', { path: ['$.a', '$.b'] }, { code: 'field_paths_differ', at }],
    [
      'a cleverer path beside a plain one',
      { path: ['$.a', '$..a'] },
      { code: 'field_path_not_plain', at, path: '$..a' },
    ],
  ])('is refused where DCQL cannot say it: %s', (_name, field, error) => {
    expect(withFields([field])).toEqual(error)
  })

  it.each<[string, RequestedCredential, object]>([
    [
      'its own format',
      { type: 'A', input_descriptor: { format: { 'vc+jwt': { alg: ['ES256'] } } } },
      [{ format: 'vc+jwt', meta: { type_values: [['A']] } }],
    ],
    [
      'its own format, by its older name',
      { format: 'jwt_vc', type: 'A', input_descriptor: { format: { jwt_vc_json: { alg: ['EdDSA'] } } } },
      [{ format: 'jwt_vc_json' }],
    ],
    [
      'a type in a list of types',
      {
        format: 'jwt_vc_json',
        input_descriptor: {
          constraints: {
            fields: [{ path: ['$.vc.type', '$.type'], filter: { type: 'array', contains: { const: 'A' } } }],
          },
        },
      },
      [{ meta: { type_values: [['A']] } }],
    ],
    [
      'a type by a pattern that is its name',
      {
        vct: 'urn:a:1',
        input_descriptor: {
          constraints: { fields: [{ path: ['$.vct'], filter: { pattern: '^urn:a:1$' } }] },
        },
      },
      [{ meta: { vct_values: ['urn:a:1'] } }],
    ],
    [
      'two formats',
      { vct: 'a', input_descriptor: { format: { 'dc+sd-jwt': {}, mso_mdoc: {} } } },
      { code: 'descriptor_formats_not_one', at },
    ],
    [
      'another format than its entry',
      { format: 'dc+sd-jwt', vct: 'a', input_descriptor: { format: { jwt_vc_json: {} } } },
      { code: 'descriptor_formats_not_one', at },
    ],
    [
      'another type than its entry',
      {
        vct: 'a',
        input_descriptor: { constraints: { fields: [{ path: ['$.vct'], filter: { const: 'b' } }] } },
      },
      { code: 'type_not_one', at, member: 'vct' },
    ],
    [
      'a type of two formats',
      { format: 'mso_mdoc', doc_type: 'a', vct: 'b' },
      { code: 'type_not_one', at, member: 'doc_type' },
    ],
  ])('names a format and a type once: %s', (_name, entry, expected) => {
    const translated = translate(entry)
    if (Array.isArray(expected)) expect(translated).toMatchObject(expected)
    else expect(translated).toEqual(expected)
  })
})
