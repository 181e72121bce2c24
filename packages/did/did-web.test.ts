import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didWebAt, didWebUrl } from './did-web.ts'

describe('the URL of a did:web', () => {
  it.each([
    // The report's examples.
    ['did:web:w3c-ccg.github.io', 'https://w3c-ccg.github.io/.well-known/did.json'],
    ['did:web:w3c-ccg.github.io:user:alice', 'https://w3c-ccg.github.io/user/alice/did.json'],
    ['did:web:example.com%3A3000', 'https://example.com:3000/.well-known/did.json'],
    ['did:web:example.com%3A3000:user:alice', 'https://example.com:3000/user/alice/did.json'],
    ['did:web:example.com%3a3000:user:alice', 'https://example.com:3000/user/alice/did.json'],
    ['did:web:Example.COM:User', 'https://example.com/User/did.json'],
    ['did:web:localhost%3A7002', 'https://localhost:7002/.well-known/did.json'],
    ['did:web:example.com%3A443', 'https://example.com:443/.well-known/did.json'],
    ['did:web:xn--bcher-kva.example:a_b-c.d', 'https://xn--bcher-kva.example/a_b-c.d/did.json'],
    ['did:web:example.com:b%C3%BCcher', 'https://example.com/b%C3%BCcher/did.json'],
    ['did:web:example.com:.well-known', 'https://example.com/.well-known/did.json'],
    ['did:web:1.example', 'https://1.example/.well-known/did.json'],
  ])('of %s is where the report says', (did, url) => {
    expect(didWebUrl(did)).toEqual({ ok: true, value: url })
  })

  it.each([
    ['another method', 'did:key:example.com'],
    ['no host', 'did:web:'],
    ['no host before a path', 'did:web::path'],
    ['an address', 'did:web:127.0.0.1'],
    ['a short address', 'did:web:127.1'],
    ['an address as one number', 'did:web:2130706433'],
    ['an address in hexadecimal', 'did:web:0x7f000001'],
    ['an address that ends in hexadecimal', 'did:web:127.0.0.0x1'],
    ['an address that ends in octal', 'did:web:1.0177'],
    ['an address of version 6', 'did:web:%5B%3A%3A1%5D'],
    ['a name that ends in a number', 'did:web:example.1'],
    ['a final dot', 'did:web:example.com.'],
    ['an empty label', 'did:web:example..com'],
    ['a label with an underscore', 'did:web:my_host.example'],
    ['a label that starts with a hyphen', 'did:web:-a.example'],
    ['an endless label', `did:web:${'a'.repeat(64)}.example`],
    ['an endless host', `did:web:${'a.'.repeat(127)}example`],
    ['an endless path', `did:web:example.com${':a'.repeat(600)}`],
    ['a user', 'did:web:user@example.com'],
    ['an escaped user', 'did:web:user%40example.com'],
    ['an escaped character in the host', 'did:web:ex%61mple.com'],
    ['an escaped separator in the host', 'did:web:example.com%2Fpath'],
    ['a port that is none', 'did:web:example.com%3Aabc'],
    ['an empty port', 'did:web:example.com%3A'],
    ['port 0', 'did:web:example.com%3A0'],
    ['port 65536', 'did:web:example.com%3A65536'],
    ['a port with a zero in front', 'did:web:example.com%3A080'],
    ['two ports', 'did:web:example.com%3A80%3A80'],
    ['an empty segment', 'did:web:example.com:a::b'],
    ['a segment that ends the name', 'did:web:example.com:'],
    ['a step up', 'did:web:example.com:..:admin'],
    ['an escaped step up', 'did:web:example.com:%2E%2e:admin'],
    ['a step that stays', 'did:web:example.com:.'],
    ['an escaped separator', 'did:web:example.com:a%2Fb'],
    ['an escaped backslash', 'did:web:example.com:a%5Cb'],
    ['an escaped question mark', 'did:web:example.com:a%3Fb'],
    ['an escaped hash', 'did:web:example.com:a%23b'],
    ['an escaped escape', 'did:web:example.com:%252E%252E'],
    ['an escaped null', 'did:web:example.com:a%00'],
    ['an escaped line break', 'did:web:example.com:a%0D%0A'],
    ['escapes that are no UTF-8', 'did:web:example.com:%FF'],
    ['half an escape', 'did:web:example.com:a%2'],
    ['a plain separator', 'did:web:example.com/path'],
    ['a query', 'did:web:example.com?a=b'],
    ['a fragment', 'did:web:example.com#key'],
    ['a space', 'did:web:example.com: '],
    ['a letter beyond ASCII', 'did:web:b\u00fccher.example'],
    ['a full stop of another script', 'did:web:127\u30020\u30020\u30021'],
  ])('is refused for %s', (_what, did) => {
    expect(didWebUrl(did)).toEqual({ ok: false, error: { code: 'did_malformed' } })
  })

  it('is never on another host than the name says, whatever follows', () => {
    const character = fc.constantFrom(
      ...Array.from('abz019.-_:%@/\\?#[]'),
      '%3A',
      '%2e',
      '%2F',
      '..',
      '\u3002',
      '\u00e9',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(character, { maxLength: 20 }), (characters) => {
        const did = `did:web:example.com${characters.join('')}`
        const url = didWebUrl(did)
        if (!url.ok) return
        const parsed = new URL(url.value)
        expect(parsed.protocol).toBe('https:')
        expect(did.slice('did:web:'.length).split(/[:%]/)[0]).toBe(parsed.hostname)
        expect(parsed.pathname.endsWith('/did.json')).toBe(true)
        expect(parsed.search + parsed.hash + parsed.username).toBe('')
      }),
    )
  })
})

describe('the did:web of a place', () => {
  it.each([
    ['example.com', undefined, 'did:web:example.com'],
    ['example.com', '/', 'did:web:example.com'],
    ['Example.COM', '/user/alice', 'did:web:example.com:user:alice'],
    ['localhost:7001', '/wallet-api/registry/a/', 'did:web:localhost%3A7001:wallet-api:registry:a'],
    ['localhost%3A7001', 'a', 'did:web:localhost%3A7001:a'],
  ])('%s%s is written as the report has it', (authority, path, did) => {
    expect(didWebAt(authority, path)).toEqual({ ok: true, value: did })
  })

  it.each([
    ['an address', '127.0.0.1:7001', '/a'],
    ['no host', '', '/a'],
    ['a scheme', 'https://example.com', ''],
    ['a colon in the path', 'example.com', '/a:b'],
    ['a step up', 'example.com', '/a/../b'],
    ['a query', 'example.com', '/a?b'],
    ['two ports', 'example.com:1:2', ''],
  ])('is refused for %s', (_what, authority, path) => {
    expect(didWebAt(authority, path)).toEqual({ ok: false, error: { code: 'did_malformed' } })
  })

  it('leads back to the place, or there is none', () => {
    fc.assert(
      fc.property(fc.webAuthority({ withPort: true }), fc.webPath(), (authority, path) => {
        const did = didWebAt(authority, path)
        if (!did.ok) return
        const url = didWebUrl(did.value)
        const segments = path.split('/').filter((segment) => segment !== '')
        const where = segments.length === 0 ? '.well-known' : segments.join('/')
        expect(url).toEqual({ ok: true, value: `https://${authority.toLowerCase()}/${where}/did.json` })
      }),
    )
  })
})
