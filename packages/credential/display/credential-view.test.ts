import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { mdoc } from '../mdoc/format.ts'
import { sdJwtVc } from '../sd-jwt-vc/format.ts'
import { vcJwt, vcSdJwt } from '../w3c-vc/format.ts'
import { bestFor, credentialView, type TypeLook } from './credential-view.ts'
import { displayValue } from './display-value.ts'

const look: TypeLook = {
  displays: [
    { locale: 'en', name: 'Identity', backgroundColor: '#123456', textColor: '#ffffff' },
    { locale: 'de-DE', name: 'Identität' },
  ],
  claims: [
    {
      path: ['family_name'],
      labels: [
        { locale: 'en', label: 'Family name' },
        { locale: 'de', label: 'Nachname' },
      ],
    },
    { path: ['nationalities', null], labels: [{ locale: 'en', label: 'Nationalities' }] },
    { path: ['absent'], labels: [{ locale: 'en', label: 'Absent' }] },
  ],
}
const identity = {
  format: 'dc+sd-jwt',
  type: 'urn:example:identity-card:1',
  issuer: 'https://issuer.example',
  expiresAt: 1_900_000_000,
  claims: {
    iss: 'https://issuer.example',
    vct: 'urn:example:identity-card:1',
    cnf: { jwk: {} },
    given_name: 'Ada',
    family_name: 'Example',
    nationalities: ['DE', 'FR'],
  } satisfies JsonObject,
} as const

describe('the view of a credential', () => {
  it('has title, colours and labels of its type, in its order, and the rest under its own name', () => {
    const view = credentialView(identity, sdJwtVc, look, ['en-GB'])
    expect(view).toMatchObject({ title: 'Identity', backgroundColor: '#123456', textColor: '#ffffff' })
    expect(view.claims.map(({ label, value }) => [label, value])).toEqual([
      ['Family name', 'Example'],
      ['Nationalities', 'DE, FR'],
      ['Given name', 'Ada'],
    ])
  })

  it('speaks the language that is wanted where the type does', () => {
    const view = credentialView(identity, sdJwtVc, look, ['fr', 'de'])
    expect(view.title).toBe('Identität')
    expect(view.claims[0]?.label).toBe('Nachname')
  })

  it('gets along without anything that is known of the type', () => {
    const view = credentialView(identity, sdJwtVc, undefined)
    expect(view.title).toBe('Identity card')
    expect(view.claims.map(({ label }) => label)).toEqual(['Given name', 'Family name', 'Nationalities'])
  })

  it('shows the elements of an mdoc without their namespace', () => {
    const claims = { 'org.iso.18013.5.1': { family_name: 'Example', driving_privileges: [{ code: 'B' }] } }
    const view = credentialView(
      { format: 'mso_mdoc', type: 'org.iso.18013.5.1.mDL', claims },
      mdoc,
      undefined,
    )
    expect(view.title).toBe('M DL')
    expect(view.claims).toEqual([
      { path: ['org.iso.18013.5.1', 'family_name'], label: 'Family name', value: 'Example' },
      { path: ['org.iso.18013.5.1', 'driving_privileges'], label: 'Driving privileges', value: 'Code: B' },
    ])
  })

  it('shows the subject of a W3C credential, not its envelope and not its identifier', () => {
    const claims = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiableCredential', 'UniversityDegree'],
      credentialSubject: { id: 'did:example:1', degree: { name: 'BSc' } },
    }
    const view = credentialView({ format: 'vc+jwt', type: 'UniversityDegree', claims }, vcJwt, undefined)
    expect(view.title).toBe('University Degree')
    expect(view.claims).toEqual([
      { path: ['credentialSubject', 'degree', 'name'], label: 'Name', value: 'BSc' },
    ])
  })
})

describe('a value for people', () => {
  it.each<[unknown, string]>([
    [true, 'yes'],
    [false, 'no'],
    [null, '–'],
    [12.5, '12.5'],
    ['a\u202eb\u0000c', 'a b c'],
    [[{ a: 1 }, 'x'], 'A: 1, x'],
    ['x'.repeat(600), `${'x'.repeat(499)}…`],
    [{ a: { b: { c: { d: 1 } } } }, 'A: B: C: …'],
    [{ street_address: 'Musterweg 7', countryCode: 'AT' }, 'Street address: Musterweg 7, Country Code: AT'],
  ])('of %j is "%s"', (value, text) => {
    expect(displayValue(value as never)).toBe(text)
  })
})

describe('members within a value', () => {
  const address = { street_address: 'Musterweg 7', locality: 'Graz' }
  const nested: TypeLook = {
    displays: [],
    claims: [
      { path: ['address'], labels: [{ locale: 'en', label: 'Home' }] },
      { path: ['address', 'street_address'], labels: [{ locale: 'de', label: 'Straße' }] },
      { path: ['degrees', null, 'title'], labels: [{ locale: 'de', label: 'Grad' }] },
    ],
  }

  it('are called as the type calls them, within the row of what they are a part of', () => {
    const claims = { address, degrees: [{ title: 'MSc' }, { title: 'BSc' }] }
    const view = credentialView({ ...identity, claims }, sdJwtVc, nested, ['de'])
    expect(view.claims.map(({ label, value }) => [label, value])).toEqual([
      ['Home', 'Straße: Musterweg 7, Locality: Graz'],
      ['Grad', 'MSc, BSc'],
    ])
  })

  it('are in a row also where the type describes others of the same object alone', () => {
    const look: TypeLook = { displays: [], claims: [{ path: ['a', 'b', 'c'], labels: [] }] }
    const view = credentialView({ ...identity, claims: { a: { b: { c: 1, d: 2 } } } }, sdJwtVc, look)
    expect(view.claims.map(({ label, value }) => [label, value])).toEqual([
      ['C', '1'],
      ['B', 'D: 2'],
    ])
  })
})

describe('what is about the credential itself', () => {
  const number = 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90'
  const rows = (format: typeof sdJwtVc, claims: JsonObject) =>
    credentialView({ format: format.id, type: 't', claims }, format, undefined).claims.map(({ path }) => path)

  it.each<[string, typeof sdJwtVc, JsonObject, unknown]>([
    ['its random number', sdJwtVc, { vct: 't', id: number, jti: number }, []],
    ['a number of its holder', sdJwtVc, { vct: 't', id: '01-1990-4711', sub: number }, [['id'], ['sub']]],
    [
      'a name that a credential of W3C has too',
      vcSdJwt,
      { vct: 't', name: 'Ada', type: 'x' },
      [['name'], ['type']],
    ],
    ['a name that is empty', sdJwtVc, { vct: 't', '': 'Ada' }, [['']]],
    [
      'a W3C credential',
      vcJwt,
      { '@context': [], id: number, type: [], issuer: 'x', credentialSubject: { id: 'x' } },
      [],
    ],
    [
      'evidence, and an identifier of something else',
      vcJwt,
      { evidence: [{ passport: 'C01' }], credentialSubject: { id: 'x', employer: { id: 'acme' } } },
      [['evidence'], ['credentialSubject', 'employer', 'id']],
    ],
    [
      'several subjects',
      vcJwt,
      {
        credentialSubject: [
          { id: 'a', name: 'Ada' },
          { id: 'b', name: 'Bob' },
        ],
      },
      [
        ['credentialSubject', 0, 'name'],
        ['credentialSubject', 1, 'name'],
      ],
    ],
  ])('is told apart: %s', (_what, format, claims, expected) => {
    expect(rows(format, claims)).toEqual(expected)
  })
})

describe('the entry for a locale', () => {
  it('is the first when none fits, and none when there is none', () => {
    expect(bestFor([{ locale: 'de' }, { locale: 'en' }], ['fr'])).toEqual({ locale: 'de' })
    expect(bestFor([], ['fr'])).toBeUndefined()
  })
})
