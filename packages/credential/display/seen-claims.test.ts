import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import type { ClaimPath } from '../contract/format.ts'
import { sdJwtVc } from '../sd-jwt-vc/format.ts'
import { withoutHollows, withoutPart, withoutPlaces } from './claims-apart.ts'
import type { TypeLook } from './credential-view.ts'
import { seenClaims } from './seen-claims.ts'

const look: TypeLook = {
  displays: [],
  claims: [
    { path: ['given_name'], labels: [{ locale: 'en', label: 'First name' }] },
    { path: ['address'], labels: [{ locale: 'en', label: 'Home' }] },
    { path: ['address', 'locality'], labels: [{ locale: 'en', label: 'Town' }] },
  ],
}
const technical = { vct: 'urn:t', iss: 'https://i.example', iat: 1, cnf: { jwk: {} }, status: {} }
const rows = (claims: JsonObject, asked: readonly ClaimPath[]) =>
  seenClaims({ format: 'dc+sd-jwt', type: 'urn:t', claims }, sdJwtVc, asked, look, ['en']).map(
    ({ asked: isAsked, label, value }) => [isAsked ? 'asked' : 'along', label, value],
  )

describe('what a receiver sees', () => {
  it('is what was asked for, one row a path, in the order of the question', () => {
    const address = { street_address: 'Musterweg 7', locality: 'Graz' }
    const claims = { ...technical, given_name: 'Ada', address }
    expect(rows(claims, [['address', 'locality'], ['given_name'], ['address', 'street_address']])).toEqual([
      ['asked', 'Town', 'Graz'],
      ['asked', 'First name', 'Ada'],
      ['asked', 'Street address', 'Musterweg 7'],
    ])
  })

  it('has a row for what goes along unasked, also within what was asked for a part of', () => {
    const claims = { ...technical, given_name: 'Ada', address: { locality: 'Graz', country: 'AT' } }
    expect(rows(claims, [['address', 'locality']])).toEqual([
      ['asked', 'Town', 'Graz'],
      ['along', 'First name', 'Ada'],
      ['along', 'Home', 'Country: AT'],
    ])
  })

  it('counts the elements of a list as one, and a part of what was asked for not again', () => {
    const claims = { ...technical, nationalities: ['DE', 'FR'], address: { locality: 'Graz' } }
    expect(
      rows(claims, [
        ['nationalities', 0],
        ['nationalities', null],
        ['address'],
        ['address', 'locality'],
        ['address'],
      ]),
    ).toEqual([
      ['asked', 'Nationalities', 'DE, FR'],
      ['asked', 'Home', 'Town: Graz'],
    ])
  })

  it('has technical members in a row where they were asked for, and there alone', () => {
    expect(rows(technical, [])).toEqual([])
    expect(rows(technical, [['iss']])).toEqual([['asked', 'Iss', 'https://i.example']])
  })

  it('has nothing that is not there', () => {
    expect(rows({ ...technical, given_name: 'Ada' }, [['email'], ['given_name', 'x']])).toEqual([
      ['along', 'First name', 'Ada'],
    ])
  })
})

describe('claims less some of them', () => {
  const whole = { a: { b: 1, c: [1, 2, { d: 3 }] }, e: {}, f: [] }

  it('are without the places, and without what has become empty', () => {
    expect(withoutPlaces(whole, [])).toEqual(whole)
    expect(withoutPlaces(whole, [['a', 'c', 1]])).toEqual({ ...whole, a: { b: 1, c: [1, { d: 3 }] } })
    expect(
      withoutPlaces(whole, [
        ['a', 'b'],
        ['a', 'c', 2, 'd'],
      ]),
    ).toEqual({ ...whole, a: { c: [1, 2] } })
    expect(withoutPlaces(whole, [['a'], ['e'], ['f']])).toEqual({})
    expect(withoutPlaces(whole, [[]])).toEqual({})
  })

  it('are without lists that were emptied, and with those that are empty', () => {
    const full = { a: [1], b: [], c: { d: [1], e: 2 }, f: [[1]] }
    expect(withoutHollows({ a: [], b: [], c: { d: [], e: 2 }, f: [[1]] }, full)).toEqual({
      b: [],
      c: { e: 2 },
      f: [[1]],
    })
  })

  it('are without what the part has', () => {
    expect(withoutPart(whole, {})).toEqual(whole)
    expect(withoutPart(whole, whole)).toEqual({})
    expect(withoutPart(whole, { a: { c: [2] }, e: {}, f: [] })).toEqual({ a: { b: 1, c: [1, { d: 3 }] } })
  })
})
