import { describe, expect, it } from 'vitest'
import { authorizationServerMetadataUrl, isIssuerIdentifier, issuerMetadataUrl } from './issuer-identifier.ts'

describe('well-known URLs are inserted between host and path', () => {
  it.each([
    ['https://a.example', '', ''],
    ['https://a.example/', '/', ''],
    ['https://a.example/tenant', '/tenant', '/tenant'],
    ['https://a.example/tenant/', '/tenant/', '/tenant'],
    ['https://a.example/x/%7Ey//', '/x/%7Ey//', '/x/%7Ey/'],
  ])('of %s', (issuer, issuerPath, serverPath) => {
    expect(issuerMetadataUrl(issuer)).toBe(
      `https://a.example/.well-known/openid-credential-issuer${issuerPath}`,
    )
    expect(authorizationServerMetadataUrl(issuer)).toBe(
      `https://a.example/.well-known/oauth-authorization-server${serverPath}`,
    )
  })

  it('with its port', () => {
    expect(issuerMetadataUrl('http://localhost:7002/x')).toBe(
      'http://localhost:7002/.well-known/openid-credential-issuer/x',
    )
  })

  it.each(['a.example', 'https://a.example?x', 'https://a.example/#x', 'https://u@a.example', ''])(
    'and never of %s',
    (text) => {
      expect(isIssuerIdentifier(text, 'any')).toBe(false)
      expect(() => issuerMetadataUrl(text)).toThrow('issuer identifier')
      expect(() => authorizationServerMetadataUrl(text)).toThrow('issuer identifier')
    },
  )
})
