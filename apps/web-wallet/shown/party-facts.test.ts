import { describe, expect, it } from 'vitest'
import { commonName, partyFacts } from './party-facts.ts'

describe('who stands on the other side', () => {
  it('is called by the confirmed name, and their own word stays theirs', () => {
    const trust = { trusted: true, name: 'CN=Example Shop,O=Example', anchor: 'CN=Registered Receivers' }
    expect(partyFacts({ host: 'shop.example', name: 'Best Shop', trust })).toEqual({
      known: 'Example Shop',
      isHost: false,
      host: 'shop.example',
      own: 'Best Shop',
      mixed: false,
      trusted: true,
      anchor: 'Registered Receivers',
    })
  })

  it('is called by the host when nobody vouches for them, whatever they call themselves', () => {
    const trust = { trusted: false, name: 'CN=Your Bank' }
    const facts = partyFacts({ host: 'evil.example', name: 'Ехаmple Bank', trust })
    expect(facts).toMatchObject({ known: 'evil.example', isHost: true, trusted: false, mixed: true })
  })

  it.each([
    ['https://issuer.example', 'issuer.example', 'issuer.example', true],
    ['http://localhost:7002', 'localhost:7002', 'localhost:7002', true],
    ['https://issuer.example', 'cdn.example', 'issuer.example', false],
    ['https://issuer.example/tenants/1', 'issuer.example', 'https://issuer.example/tenants/1', false],
    ['did:web:issuer.example', 'issuer.example', 'did:web:issuer.example', false],
  ])('that is known as %s at %s is called %s', (name, host, known, isHost) => {
    const facts = partyFacts({ host, trust: { trusted: true, name } })
    expect([facts.known, facts.isHost]).toEqual([known, isHost])
  })

  it.each([
    // As the wallet says it of a verifier that somebody attests, of one that was registered, and of one that is named by a DID.
    [{ name: 'shop-4711', anchor: 'CN=Example Attester,O=Example' }, 'shop-4711', 'Example Attester'],
    [{ name: 'Example Shop', anchor: 'wallet.example' }, 'Example Shop', 'wallet.example'],
  ])('that is vouched for as %j is called %s, by %s', (trust, known, anchor) => {
    const facts = partyFacts({ host: 'shop.example', trust: { trusted: true, ...trust } })
    expect(facts).toMatchObject({ known, anchor, host: 'shop.example', isHost: false })
  })

  it('has no own word that is the same, or made of nothing', () => {
    const trust = { trusted: false }
    expect(partyFacts({ host: 'a.example', name: '\u200b', trust }).own).toBeUndefined()
    expect(partyFacts({ host: 'a.example', name: 'a.example', trust }).own).toBeUndefined()
  })

  it('reads the name out of a distinguished name', () => {
    expect(commonName('CN=Example\\, Inc.,O=X')).toBe('Example, Inc.')
    expect(commonName('O=X, CN=Example')).toBe('Example')
    expect(commonName('did:web:shop.example')).toBe('did:web:shop.example')
    expect(commonName(undefined)).toBe('')
  })
})
