import type { CredentialDisplay } from '@countersign/protocol/openid4vci/metadata/published-metadata'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { issuerDisplay } from './issuer-display.ts'

const picture = (length: number) => ({ uri: `data:image/png;base64,${'A'.repeat(length)}` })
const look = (display: readonly CredentialDisplay[]) => issuerDisplay({ display, claims: [] })

describe('the look that an issuer gives its credential', () => {
  it('is its display and its labels, in the words of views', () => {
    const display: CredentialDisplay = {
      name: 'Identity',
      locale: 'en',
      description: 'Who you are',
      logo: { uri: 'https://issuer.example/logo.png', altText: 'A seal' },
      backgroundColor: '#12107c',
      backgroundImageUri: 'https://issuer.example/card.png',
      textColor: '#fff',
    }
    const claims = [
      { path: ['family_name'], mandatory: true, display: [{ name: 'Family name', locale: 'en' }] },
      { path: ['nationalities', null] },
    ]
    expect(issuerDisplay({ display: [display], claims })).toEqual({
      displays: [
        {
          name: 'Identity',
          locale: 'en',
          description: 'Who you are',
          logo: { uri: 'https://issuer.example/logo.png', altText: 'A seal' },
          backgroundColor: '#12107c',
          backgroundImage: { uri: 'https://issuer.example/card.png' },
          textColor: '#fff',
        },
      ],
      claims: [
        { path: ['family_name'], labels: [{ label: 'Family name', locale: 'en' }] },
        { path: ['nationalities', null], labels: [] },
      ],
    })
  })

  it('is nothing where the issuer says nothing', () => {
    expect(issuerDisplay({ display: [], claims: [] })).toBeUndefined()
  })

  it.each([
    'red',
    'red;background:url(https://evil.example)',
    'url(x)',
    '#12345',
    '#12107c;',
    'rgb(1,2,3)',
    '#GGGGGG',
    '',
  ])('has no colour "%s"', (text) => {
    const [display] = look([{ name: 'a', backgroundColor: text, textColor: text }])?.displays ?? []
    expect(display).toEqual({ name: 'a' })
  })

  it('loses its pictures where they are too large together, and is nothing where even words are', () => {
    const small = [{ name: 'a', logo: picture(1000) }]
    expect(look(small)?.displays[0]?.logo).toEqual(picture(1000))
    const large = Array.from({ length: 5 }, () => ({ name: 'a', logo: picture(60_000) }))
    expect(look(large)?.displays).toEqual(Array.from({ length: 5 }, () => ({ name: 'a' })))
    const claims = Array.from({ length: 500 }, (_, index) => ({ path: [`${index}${'x'.repeat(900)}`] }))
    expect(issuerDisplay({ display: [], claims })).toBeUndefined()
  })

  it('is never more than a row may hold, whatever the issuer writes', () => {
    const text = fc.string({ maxLength: 1000 })
    const display = fc.record(
      { name: text, locale: text, description: text, backgroundColor: text, textColor: text },
      { requiredKeys: ['name'] },
    )
    fc.assert(
      fc.property(fc.array(display, { maxLength: 100 }), (displays) => {
        const written = JSON.stringify(look(displays) ?? {})
        expect(written.length).toBeLessThanOrEqual(131_072)
      }),
      { numRuns: 50 },
    )
  })
})
