import { describe, expect, it } from 'vitest'
import { didYouMean, nearestWord } from './nearest-word.ts'

describe('the nearest word', () => {
  it('forgives a missing, a wrong and an exchanged letter', () => {
    const known = ['cluster', 'verifier', 'demo', 'up']
    expect(nearestWord('verifer', known)).toBe('verifier')
    expect(nearestWord('Clustre', known)).toBe('cluster')
    expect(nearestWord('dem', known)).toBe('demo')
    expect(nearestWord('helm', known)).toBeUndefined()
  })

  it('is offered in half a sentence, or not at all', () => {
    expect(didYouMean(nearestWord('vp_polices', ['vc_policies', 'vp_policies']))).toBe(
      '; did you mean vp_policies?',
    )
    expect(didYouMean(nearestWord('trusted_root_cas', ['vp_policies']))).toBe('')
  })

  it('is found in no time for a word of any length', () => {
    expect(nearestWord('x'.repeat(1_000_000), ['cluster'])).toBeUndefined()
  })
})
