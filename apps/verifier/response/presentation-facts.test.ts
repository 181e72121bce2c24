import { describe, expect, it } from 'vitest'
import { listedStatus, presentationFacts } from './presentation-facts.ts'

const presentation = {
  format: 'dc+sd-jwt',
  type: 'urn:example',
  claims: {},
  statuses: [],
  authorityKeyIds: [],
} as const

describe('what is kept of how a presentation was judged', () => {
  it('is nothing where nothing is known', () => {
    const facts = presentationFacts(presentation, true)
    expect(Object.values(facts).every((fact) => fact === undefined)).toBe(true)
  })

  it('has the key of a holder who proved it, and of no other', () => {
    const holderKey = { kty: 'OKP', crv: 'Ed25519', x: 'AA' } as const
    expect(presentationFacts({ ...presentation, holderKey }, true).keyType).toBe('Ed25519')
    expect(presentationFacts({ ...presentation, holderKey }, false).keyType).toBeUndefined()
    const rsa = { kty: 'RSA', n: 'AA', e: 'AQAB' } as const
    expect(presentationFacts({ ...presentation, holderKey: rsa }, true).keyType).toBe('RSA')
  })

  it.each([
    ['/etc/countersign/anchors.pem', 'anchors.pem'],
    ['C:\\trust\\anchors.pem', 'anchors.pem'],
    ['trust/anchors.pem', 'trust/anchors.pem'],
    ['PID providers 12', 'PID providers 12'],
    ['https://lists.example/a', 'https://lists.example/a'],
  ])('calls the source %s %s', (source, called) => {
    expect(presentationFacts({ ...presentation, source }, true).source).toBe(called)
  })

  it('is short and whole, whatever an issuer wrote', () => {
    const facts = presentationFacts(
      { ...presentation, source: 's'.repeat(9000), validFrom: 1.5, expiresAt: 1e300 },
      true,
    )
    expect(facts).toMatchObject({ validFrom: 1, validUntil: undefined })
    expect(facts.source).toHaveLength(301)
  })
})

describe('what is kept of where a status stands', () => {
  const reference = { mechanism: 'token_status_list', uri: 'https://s.example/1', index: 7 } as const
  const finding = { reference, status: 'valid', anchor: 'Root', issuedAt: 10, expiresAt: 20 } as const

  it('names the signer of the list where he is another', () => {
    const listed = { uri: 'https://s.example/1', index: 7, issuedAt: 10, goodUntil: 20 }
    expect(listedStatus(finding, 'Root')).toEqual(listed)
    expect(listedStatus(finding, 'Other')).toEqual({ ...listed, anchor: 'Root' })
  })

  it('is nothing without a list that has an address', () => {
    expect(listedStatus(undefined, 'Root')).toBeUndefined()
    const unknown = { mechanism: 'unknown', type: 'x' } as const
    expect(listedStatus({ ...finding, reference: unknown }, 'Root')).toBeUndefined()
  })

  it('has what an entry is for, and no identifier of a document', () => {
    const entry = {
      mechanism: 'bitstring_status_list',
      uri: 'u',
      index: 1,
      purpose: 'suspension',
      size: 1,
    } as const
    expect(listedStatus({ ...finding, reference: entry }, 'Root')).toMatchObject({
      purpose: 'suspension',
      index: 1,
    })
    const identifier = { mechanism: 'identifier_list', uri: 'u', identifier: Uint8Array.of(1) } as const
    expect(listedStatus({ reference: identifier, status: 'revoked' }, undefined)).toEqual({ uri: 'u' })
  })
})
