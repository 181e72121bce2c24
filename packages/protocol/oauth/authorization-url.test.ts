import { expect, it } from 'vitest'
import { authorizationUrl } from './authorization-url.ts'

it.each([
  ['https://a.example/authorize', 'https://a.example/authorize?client_id=w&state=a+b%26'],
  [
    'https://a.example/authorize?tenant=x%20y',
    'https://a.example/authorize?tenant=x+y&client_id=w&state=a+b%26',
  ],
  // RFC 6749 §3.1
  ['https://a.example/?state=planted', 'https://a.example/?state=a+b%26&client_id=w'],
])('at %s a request is added to what stands there', (endpoint, expected) => {
  expect(authorizationUrl(endpoint, { client_id: 'w', state: 'a b&' })).toBe(expected)
})
