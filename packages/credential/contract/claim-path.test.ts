import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { onSameBranch, resolveClaimPath } from './claim-path.ts'
import type { ClaimPath } from './format.ts'

// OpenID4VP 1.0 §7.3.
const CLAIMS: JsonObject = {
  name: 'Arthur Dent',
  address: { street_address: '42 Market Street', locality: 'Milliways', postal_code: '12345' },
  degrees: [
    { type: 'Bachelor of Science', university: 'University of Betelgeuse' },
    { type: 'Master of Science', university: 'University of Betelgeuse' },
  ],
  nationalities: ['British', 'Betelgeusian'],
}

describe('resolveClaimPath', () => {
  it.each<[ClaimPath, readonly ClaimPath[]]>([
    [['name'], [['name']]],
    [['address'], [['address']]],
    [['address', 'street_address'], [['address', 'street_address']]],
    [['nationalities', 1], [['nationalities', 1]]],
    [
      ['nationalities', null],
      [
        ['nationalities', 0],
        ['nationalities', 1],
      ],
    ],
    [
      ['degrees', null, 'type'],
      [
        ['degrees', 0, 'type'],
        ['degrees', 1, 'type'],
      ],
    ],
    [['degrees', 2], []],
    [['degrees', -1], []],
    [['degrees', 'length'], []],
    [['name', 0], []],
    [['address', null], []],
    [['toString'], []],
    [['__proto__'], []],
  ])('finds %j', (path, places) => {
    expect(resolveClaimPath(CLAIMS, path)).toEqual(places)
  })
})

describe('onSameBranch', () => {
  it('holds for a place, what is above and what is below', () => {
    expect(onSameBranch(['a', 0], ['a', 0])).toBe(true)
    expect(onSameBranch(['a'], ['a', 0, 'b'])).toBe(true)
    expect(onSameBranch(['a', 0, 'b'], ['a'])).toBe(true)
    expect(onSameBranch(['a', 0], ['a', 1])).toBe(false)
    expect(onSameBranch(['a', 0], ['a', '0'])).toBe(false)
  })
})
