import { describe, expect, it } from 'vitest'
import { isUrl } from './urls.ts'

describe('a URL', () => {
  it.each([
    'https://a.example/b?c#d',
    'did:example:123#0',
    'urn:uuid:1',
    'mailto:a@b.example',
    'http://localhost:1',
  ])('%s is one', (text) => expect(isUrl(text)).toBe(true))

  it.each([
    'https ://a.example',
    'https://',
    'https:a.example',
    'https:///path',
    'issuer',
    '',
    'urn:',
    'urn:a b',
    '1a:b',
    '<script>',
    'urn:"quoted"',
    `urn:${'a'.repeat(3000)}`,
    null,
    ['urn:a'],
  ])('%.40s is none', (text) => expect(isUrl(text)).toBe(false))
})
