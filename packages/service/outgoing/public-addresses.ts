/**
 * Which network addresses a service may be sent to by somebody it does not trust. Lists of the IANA special-purpose
 * registries (RFC 6890): IPv4 by exclusion, IPv6 by admission of global unicast alone, so that mapped and translated
 * forms of IPv4 addresses are no way around.
 */
import { BlockList, isIP } from 'node:net'

/** What an address is good for: anybody, this network only, or this link and cloud metadata. */
export type AddressClass = 'public' | 'private' | 'link_local'

/** `link_local` has the metadata services of clouds in it and is never a wallet, an issuer or a verifier. */
export function classifyAddress(address: string): AddressClass {
  const family = isIP(address)
  if (family === 0) return 'private'
  const type = family === 6 ? 'ipv6' : 'ipv4'
  if (linkLocal.check(address, type)) return 'link_local'
  if (family === 4) return specialIpv4.check(address, 'ipv4') ? 'private' : 'public'
  return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6') ? 'public' : 'private'
}

const linkLocal = blockList([
  ['169.254.0.0', 16],
  ['fe80::', 10],
  // Metadata services that sit outside of the link-local range.
  ['100.100.100.200', 32],
  ['fd00:ec2::254', 128],
])

const specialIpv4 = blockList([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
])

const globalIpv6 = blockList([['2000::', 3]])

const specialIpv6 = blockList([
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])

function blockList(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of subnets)
    list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4')
  return list
}
