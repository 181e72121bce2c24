/**
 * Which network addresses a service may be sent to by somebody it does not trust. Lists of the IANA special-purpose
 * registries (RFC 6890): IPv4 by exclusion, IPv6 by admission of global unicast alone, so that mapped and translated
 * forms of IPv4 addresses are no way around.
 */
import { BlockList, isIP } from 'node:net'

/** What an address is good for: anybody, this network only, or nobody - this link and cloud metadata. */
export type AddressClass = 'public' | 'private' | 'link_local'

/**
 * `link_local` has the metadata services of clouds in it, wherever they are. They hand out the machine's own rights to
 * whoever asks, so no setting opens them.
 */
export function classifyAddress(text: string): AddressClass {
  const [address = ''] = text.split('%')
  const family = isIP(address)
  if (family === 0) return 'private'
  return family === 4 ? classifyIpv4(address) : classifyIpv6(address)
}

function classifyIpv4(address: string): AddressClass {
  if (linkLocal.check(address) || metadata.check(address)) return 'link_local'
  return specialIpv4.check(address) ? 'private' : 'public'
}

function classifyIpv6(address: string): AddressClass {
  if (linkLocal.check(address, 'ipv6') || metadata.check(address, 'ipv6')) return 'link_local'
  const bytes = ipv6Bytes(address)
  // Which prefix a network translates under is its own choice (RFC 6052 §2.2), so metadata is looked for under all.
  if (TRANSLATED.some((places) => metadata.check(ipv4At(bytes, places)))) return 'link_local'
  if (isTunnelled(address, bytes)) return 'link_local'
  return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6') ? 'public' : 'private'
}

/** Forms of IPv4 addresses that are known by their prefix lead to the link as well (RFC 3056, 4291, 6052, 8215). */
function isTunnelled(address: string, bytes: readonly number[]): boolean {
  const leadsToLink = (places: readonly number[]) => classifyIpv4(ipv4At(bytes, places)) === 'link_local'
  if (embedding.check(address, 'ipv6')) return TRANSLATED.some(leadsToLink)
  return sixToFour.check(address, 'ipv6') && leadsToLink(SIX_TO_FOUR)
}

/** Where the four bytes lie for a prefix of 96, 64, 56, 48, 40 and 32 bits; byte 8 is left out (RFC 6052 §2.2). */
const TRANSLATED = [
  [12, 13, 14, 15],
  [9, 10, 11, 12],
  [7, 9, 10, 11],
  [6, 7, 9, 10],
  [5, 6, 7, 9],
  [4, 5, 6, 7],
]
const SIX_TO_FOUR = [2, 3, 4, 5]

function ipv4At(bytes: readonly number[], places: readonly number[]): string {
  return places.map((place) => bytes[place]).join('.')
}

/** Of an address that is one; the parser of URLs writes it in hexadecimal groups alone. */
function ipv6Bytes(address: string): readonly number[] {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [before = [], after = []] = text.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

const linkLocal = blockList([
  ['169.254.0.0', 16],
  ['fe80::', 10],
])

/** Metadata services and what else clouds put beside the machine, outside of the link-local range or within an IPv6 address. */
const metadata = blockList([
  // AWS, Azure, Google, Oracle, DigitalOcean, IBM, Linode, Vultr and others; AWS: credentials of containers.
  ['169.254.169.254', 32],
  ['169.254.170.0', 24],
  // Azure's host, which also gives out certificates of the machine.
  ['168.63.129.16', 32],
  // Alibaba.
  ['100.100.100.200', 32],
  // Oracle, classic.
  ['192.0.0.192', 32],
  // AWS: metadata, credentials of containers, name server, clock.
  ['fd00:ec2::', 32],
  // Google.
  ['fd20:ce::254', 128],
  // Scaleway, Linode.
  ['fd00:42::42', 128],
  ['fd00:a9fe:a9fe::', 48],
])

/** Mapped and compatible addresses, those of translators with a prefix from a registry. */
const embedding = blockList([
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
])

const sixToFour = blockList([['2002::', 16]])

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
