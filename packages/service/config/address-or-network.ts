/** How a configuration names machines: by their address, or by the network they are in. Host names are none: they change. */
import { isIP } from 'node:net'

/** True for an address and for a network in CIDR notation. */
export function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}
