import { expect, it } from 'vitest'
import { isAddressOrNetwork } from './address-or-network.ts'

it.each([
  ['10.0.0.1', true],
  ['10.0.0.0/8', true],
  ['::1', true],
  ['2001:db8::/32', true],
  ['10.0.0.0/33', false],
  ['2001:db8::/129', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0.0/255.0.0.0', false],
  ['proxy.example', false],
  ['loopback', false],
  ['', false],
])('%s can be trusted as a proxy: %s', (text, can) => {
  expect(isAddressOrNetwork(text)).toBe(can)
})
