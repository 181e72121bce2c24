import { describe, expect, it } from 'vitest'
import { keptChecks } from './issuer-checks.ts'

describe('of the checks of an attempt', () => {
  it.each([
    ['signature_invalid', 'signature_invalid'],
    // ISO/IEC 18013-5 annex B: the longest that there are.
    ['document_signer_issuer_alternative_name_missing', 'document_signer_issuer_alternative_name_missing'],
    ['document_signer_crl_distribution_point_missing', 'document_signer_crl_distribution_point_missing'],
    ['list_unreachable: https://mallory.example', 'list_unreachable'],
    ['Mallory was here', undefined],
    ['x'.repeat(61), undefined],
  ])('%s is kept as %s', (detail, kept) => {
    const [check] = keptChecks([{ name: 'issuer_trust', outcome: 'failed', detail }])
    expect(check).toEqual({ name: 'issuer_trust', outcome: 'failed', detail: kept, queryId: undefined })
  })

  it('what a passed one found is not kept', () => {
    expect(keptChecks([{ name: 'issuer_trust', outcome: 'passed', detail: 'authority' }])).toEqual([
      { name: 'issuer_trust', outcome: 'passed', detail: undefined, queryId: undefined },
    ])
  })
})
