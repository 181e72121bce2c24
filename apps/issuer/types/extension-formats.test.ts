import { describe, expect, it } from 'vitest'
import { announcedFormats, extensionsOf, unknownExtensions } from './extension-formats.ts'

const formats = ['dc+sd-jwt', 'mso_mdoc', 'jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'].map((id) => ({ id }))
const specified = ['dc+sd-jwt', 'mso_mdoc', 'jwt_vc_json']

describe('formats that the specification does not know', () => {
  it.each<['development' | 'production', readonly string[] | undefined, readonly string[]]>([
    ['development', undefined, [...specified, 'vc+jwt', 'vc+sd-jwt']],
    ['development', [], specified],
    ['development', ['vc+jwt'], [...specified, 'vc+jwt']],
    ['production', undefined, specified],
    ['production', [], specified],
    ['production', ['vc+sd-jwt'], [...specified, 'vc+sd-jwt']],
    ['production', ['vc+jwt', 'vc+sd-jwt'], [...specified, 'vc+jwt', 'vc+sd-jwt']],
  ])('in %s with %j: %j are issued', (mode, named, expected) => {
    expect(announcedFormats(formats, { mode, named }).map(({ id }) => id)).toEqual(expected)
  })

  it('are those that are spoken, and nothing else may be named', () => {
    expect(extensionsOf(formats)).toEqual(['vc+jwt', 'vc+sd-jwt'])
    expect(unknownExtensions(formats, ['vc+jwt', 'mso_mdoc', 'vc+cose'])).toEqual(['mso_mdoc', 'vc+cose'])
    expect(unknownExtensions(formats)).toEqual([])
  })
})
