import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { describe, expect, it } from 'vitest'
import { translateRequestCredentials } from './requested-credentials.ts'
import type { RequestedCredential } from './walt-id-formats.ts'

const formats = formatRegistry(ALL_FORMATS)
const translate = (requested: readonly RequestedCredential[]) =>
  translateRequestCredentials(requested, formats)

describe('request_credentials', () => {
  it('becomes a DCQL query for the type', () => {
    expect(translate([{ format: 'vc+sd-jwt', vct: 'urn:eudi:pid:1' }])).toEqual({
      ok: true,
      value: {
        dcqlQuery: {
          credentials: [
            { id: 'urn_eudi_pid_1', format: 'dc+sd-jwt', meta: { vct_values: ['urn:eudi:pid:1'] } },
          ],
        },
        queryIds: ['urn_eudi_pid_1'],
      },
    })
  })

  it('gives entries of one type ids of their own', () => {
    const translated = translate([{ vct: 'a' }, { vct: 'a' }, { vct: 'a', id: 'b' }])
    expect(translated.ok && translated.value.queryIds).toEqual(['a', 'a_2', 'b'])
  })

  it('takes the fields of an input descriptor as claims', () => {
    const fields = [
      { path: ['$.vct'], filter: { pattern: 'urn:x:1' } },
      { path: ['$.given_name'] },
      { path: ["$['address']['locality']"] },
    ]
    const translated = translate([{ input_descriptor: { id: 'd', constraints: { fields } } }])
    expect(translated.ok && translated.value.dcqlQuery).toEqual({
      credentials: [
        {
          id: 'd',
          format: 'dc+sd-jwt',
          meta: { vct_values: ['urn:x:1'] },
          claims: [{ path: ['given_name'] }, { path: ['address', 'locality'] }],
        },
      ],
    })
  })

  it.each([
    ['jwt_vc_json', { format: 'jwt_vc_json', type: 'UniversityDegree' }, 'jwt_vc_json'],
    ['jwt_vc, as older scripts say', { format: 'jwt_vc', type: 'UniversityDegree' }, 'jwt_vc_json'],
    ['a type alone', { type: 'UniversityDegree' }, 'jwt_vc_json'],
    ['vc+sd-jwt with a type', { format: 'vc+sd-jwt', type: 'UniversityDegree' }, 'vc+sd-jwt'],
    ['vc+jwt', { format: 'vc+jwt', type: 'UniversityDegree' }, 'vc+jwt'],
  ])('asks for a W3C credential by %s', (_name, entry, format) => {
    const translated = translate([entry])
    expect(translated.ok && translated.value.dcqlQuery).toEqual({
      credentials: [{ id: 'UniversityDegree', format, meta: { type_values: [['UniversityDegree']] } }],
    })
  })

  it('drops the wrapper of a JWT from the fields of a W3C credential', () => {
    const fields = [
      { path: ['$.vc.type'], filter: { pattern: 'UniversityDegree' } },
      { path: ['$.vc.credentialSubject.degree'] },
    ]
    const entry = { format: 'jwt_vc_json', input_descriptor: { id: 'd', constraints: { fields } } }
    const translated = translate([entry])
    expect(translated.ok && translated.value.dcqlQuery['credentials']).toMatchObject([
      { meta: { type_values: [['UniversityDegree']] }, claims: [{ path: ['credentialSubject', 'degree'] }] },
    ])
  })

  it('asks for the mandatory elements of a driving licence where none is named, and else for those named', () => {
    const mdl = { format: 'mso_mdoc', doc_type: 'org.iso.18013.5.1.mDL' }
    const all = translate([mdl])
    const named = translate([{ ...mdl, claims: [{ path: ['org.iso.18013.5.1', 'age_over_18'] }] }])
    expect(all.ok && all.value.dcqlQuery['credentials']).toMatchObject([
      { format: 'mso_mdoc', meta: { doctype_value: 'org.iso.18013.5.1.mDL' }, claims: { length: 11 } },
    ])
    expect(named.ok && named.value.dcqlQuery['credentials']).toMatchObject([{ claims: { length: 1 } }])
  })

  it.each([
    [
      'another format',
      { format: 'ldp_vc', type: 'a' },
      {
        code: 'requested_format_unknown',
        format: 'ldp_vc',
        known: formats.ids,
      },
    ],
    [
      'the name of another format for the type',
      { format: 'jwt_vc_json', vct: 'a' },
      { code: 'type_missing', member: 'type' },
    ],
    ['no type', { format: 'dc+sd-jwt' }, { code: 'type_missing', member: 'vct' }],
    ['neither type nor format', {}, { code: 'type_missing', member: 'vct' }],
    ['a type that is a pattern', { vct: 'urn:.*' }, { code: 'type_not_literal', type: 'urn:.*' }],
    [
      'a path that is more than names',
      { vct: 'a', input_descriptor: { constraints: { fields: [{ path: ['$..a'] }] } } },
      { code: 'field_path_not_plain', path: '$..a' },
    ],
  ])('is refused for %s, with the place', (_name, entry, error) => {
    expect(translate([{ vct: 'ok' }, entry])).toStrictEqual({
      ok: false,
      error: { ...error, at: 'request_credentials[1]' },
    })
  })
})
