import { describe, expect, it } from 'vitest'
import { translateRequestCredentials } from './requested-credentials.ts'

describe('request_credentials', () => {
  it('becomes a DCQL query for the type', () => {
    expect(translateRequestCredentials([{ format: 'vc+sd-jwt', vct: 'urn:eudi:pid:1' }])).toEqual({
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
    const translated = translateRequestCredentials([{ vct: 'a' }, { vct: 'a' }, { vct: 'a', id: 'b' }])
    expect(translated.ok && translated.value.queryIds).toEqual(['a', 'a_2', 'b'])
  })

  it('takes the fields of an input descriptor as claims', () => {
    const fields = [
      { path: ['$.vct'], filter: { pattern: 'urn:x:1' } },
      { path: ['$.given_name'] },
      { path: ["$['address']['locality']"] },
    ]
    const translated = translateRequestCredentials([
      { input_descriptor: { id: 'd', constraints: { fields } } },
    ])
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
    ['another format', { format: 'jwt_vc_json', vct: 'a' }, 'format_not_supported'],
    ['no type', { format: 'dc+sd-jwt' }, 'type_missing'],
    ['a type that is a pattern', { vct: 'urn:.*' }, 'vct_pattern'],
    [
      'a path that is more than names',
      { vct: 'a', input_descriptor: { constraints: { fields: [{ path: ['$..a'] }] } } },
      'field_path',
    ],
  ])('is refused for %s, with the place', (_name, entry, reason) => {
    expect(translateRequestCredentials([{ vct: 'ok' }, entry])).toEqual({
      ok: false,
      error: { code: 'request_credentials', at: 'request_credentials[1]', reason },
    })
  })
})
