import { describe, expect, it } from 'vitest'
import { homeCard, matches, validityAt } from './card-view.ts'

const view = {
  id: 'urn:uuid:1',
  format: 'dc+sd-jwt',
  type: 'urn:eudi:pid:1',
  title: 'Identity card',
  issuer: 'https://id.example/issuer',
  claims: [
    { path: ['family_name'], label: 'Family name', value: 'Brandt' },
    { path: ['given_name'], label: 'Given name', value: 'Ana' },
  ],
}

describe('a card', () => {
  it('has the host of its issuer and the name of its holder', () => {
    expect(homeCard(view)).toMatchObject({ issuer: 'id.example', holder: 'Ana Brandt' })
  })

  it('has no line for what is not known', () => {
    expect(homeCard({ ...view, issuer: undefined, claims: [] })).not.toHaveProperty('holder')
  })

  it('says that it ended, or ends soon', () => {
    const now = 1_000_000
    const day = 86_400
    expect(validityAt(undefined, now)).toEqual({ state: 'lasting' })
    expect(validityAt(now, now)).toEqual({ state: 'ended' })
    expect(validityAt(now + 1, now)).toEqual({ state: 'ending', days: 1 })
    expect(validityAt(now + 30 * day, now)).toEqual({ state: 'ending', days: 30 })
    expect(validityAt(now + 31 * day, now)).toEqual({ state: 'lasting' })
  })

  it('is found by any words on it', () => {
    expect(matches(homeCard(view), 'brandt IDENTITY')).toBe(true)
    expect(matches(homeCard(view), 'licence')).toBe(false)
  })
})
