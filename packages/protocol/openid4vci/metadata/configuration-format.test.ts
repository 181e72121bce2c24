import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { describe, expect, it } from 'vitest'
import {
  readConfigurationType,
  writeConfigurationAlgorithm,
  writeConfigurationType,
} from './configuration-format.ts'

const formats: readonly [string, FormatFacts][] = [
  ['urn:eudi:pid:1', sdJwtVc],
  ['UniversityDegree', jwtVcJson],
  ['UniversityDegree', vcJwt],
  ['UniversityDegree', vcSdJwt],
  ['org.iso.18013.5.1.mDL', mdoc],
]

describe('the type of a credential configuration', () => {
  it.each(formats)('%s of $id is read as it is written', (type, format) => {
    expect(readConfigurationType(format, writeConfigurationType(format, type))).toBe(type)
  })

  it('is written in the words of each format', () => {
    expect(writeConfigurationType(mdoc, 'a')).toEqual({ doctype: 'a' })
    expect(writeConfigurationType(vcJwt, 'A')).toEqual({
      credential_definition: { type: ['VerifiableCredential', 'A'] },
    })
  })

  it('of an older SD-JWT VC is its vct', () => {
    expect(readConfigurationType(vcSdJwt, { vct: 'urn:a' })).toBe('urn:a')
  })

  it.each([
    ['the words of another family', sdJwtVc, { doctype: 'a' }],
    ['no type', sdJwtVc, {}],
    ['a type without end', sdJwtVc, { vct: 'v'.repeat(3000) }],
    ['nothing but the base type', vcJwt, { credential_definition: { type: ['VerifiableCredential'] } }],
    ['a type that is a number', mdoc, { doctype: 1 }],
  ] as const)('is not to be had from %s', (_name, format, configuration) => {
    expect(readConfigurationType(format, configuration)).toBeUndefined()
  })
})

describe('signing algorithms', () => {
  it('are COSE numbers for an mdoc and JOSE names for the others', () => {
    expect(writeConfigurationAlgorithm(mdoc, 'ES256')).toBe(-7)
    expect(writeConfigurationAlgorithm(sdJwtVc, 'ES256')).toBe('ES256')
  })
})
