import { expect, it } from 'vitest'
import { loginCookie } from './authenticate-caller.ts'

it.each([
  ['http://localhost:7001', 'Path=/wallet-api; Max-Age=60; HttpOnly; SameSite=Strict'],
  ['https://wallet.example', 'Path=/wallet-api; Max-Age=60; HttpOnly; SameSite=Strict; Secure'],
  ['https://example.org/wallet', 'Path=/wallet/wallet-api; Max-Age=60; HttpOnly; SameSite=Strict; Secure'],
])('the cookie of a wallet at %s comes back to its API', (baseUrl, attributes) => {
  expect(loginCookie('t', 60, baseUrl)).toBe(`login=t; ${attributes}`)
})
