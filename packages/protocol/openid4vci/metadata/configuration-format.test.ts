import type { FormatId } from '@countersign/credential/contract/format-id'
import { describe, expect, it } from 'vitest'
import { configurationFormat, readConfigurationType } from './configuration-format.ts'

const formats: readonly [FormatId, string][] = [
  ['dc+sd-jwt', 'urn:eudi:pid:1'],
  ['jwt_vc_json', 'UniversityDegree'],
  ['vc+jwt', 'UniversityDegree'],
  ['vc+sd-jwt', 'UniversityDegree'],
  ['mso_mdoc', 'org.iso.18013.5.1.mDL'],
]

describe('the type of a credential configuration', () => {
  it.each(formats)('of %s is read as it is written', (format, type) => {
    expect(readConfigurationType({ format, ...configurationFormat(format).writeType(type) })).toBe(type)
  })

  it('is written in the words of each format', () => {
    expect(configurationFormat('mso_mdoc').writeType('a')).toEqual({ doctype: 'a' })
    expect(configurationFormat('vc+jwt').writeType('A')).toEqual({
      credential_definition: { type: ['VerifiableCredential', 'A'] },
    })
  })

  it('of an older SD-JWT VC is its vct', () => {
    expect(readConfigurationType({ format: 'vc+sd-jwt', vct: 'urn:a' })).toBe('urn:a')
  })

  it.each([
    ['a format that is not known', { format: 'ldp_vc', vct: 'a' }],
    ['an inherited name', { format: 'constructor', vct: 'a' }],
    ['no type', { format: 'dc+sd-jwt' }],
    ['a type without end', { format: 'dc+sd-jwt', vct: 'v'.repeat(3000) }],
    [
      'nothing but the base type',
      { format: 'vc+jwt', credential_definition: { type: ['VerifiableCredential'] } },
    ],
    ['a type that is a number', { format: 'mso_mdoc', doctype: 1 }],
  ])('is not to be had from %s', (_name, configuration) => {
    expect(readConfigurationType(configuration)).toBeUndefined()
  })
})

describe('signing algorithms', () => {
  it('are COSE numbers for an mdoc and JOSE names for the others', () => {
    expect(configurationFormat('mso_mdoc').writeAlgorithm('ES256')).toBe(-7)
    expect(configurationFormat('dc+sd-jwt').writeAlgorithm('ES256')).toBe('ES256')
  })
})
