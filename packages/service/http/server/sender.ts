/**
 * Who sends a request, for limits: the address of the connection or, where that is a proxy whom the operator trusts, the
 * one that it says it speaks for. `X-Forwarded-For` is read from the right, where the nearest proxy writes, and only as
 * far as each speaker is trusted: what stands further left is the sender's own word. It promises a key for counting, no
 * identity: several people may share it, and it is never logged.
 */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { isAddressOrNetwork } from '../../config/address-or-network.ts'

/** The key under which a sender's requests are counted. */
export type SenderOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string

/** More proxies in a row than anybody has; what is beyond them is not looked at. */
const MAX_PROXIES = 16

/** `trustedProxies`: addresses and networks (`10.0.0.0/8`); throws on what is neither. */
export function senderReader(trustedProxies: readonly string[]): SenderOf {
  const isTrusted = trustIn(trustedProxies)
  return ({ headers, socket }) => {
    const heard = socket.remoteAddress
    const address = heard === undefined ? undefined : plainAddress(heard)
    if (address === undefined) return 'unknown'
    const told = headers['x-forwarded-for']
    return senderKey(told === undefined ? address : farthestBelieved(address, String(told), isTrusted))
  }
}

type IsTrusted = (address: string) => boolean

function trustIn(proxies: readonly string[]): IsTrusted {
  const list = new BlockList()
  for (const proxy of proxies) {
    if (!isAddressOrNetwork(proxy)) throw new TypeError(`not an address or a network: ${proxy}`)
    const [address = '', bits] = proxy.split('/')
    const family = familyOf(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => list.check(address, familyOf(address))
}

/** An entry that is no address ends the walk: whoever wrote it is the last whom anybody vouches for. */
function farthestBelieved(connection: string, told: string, isTrusted: IsTrusted): string {
  let believed = connection
  let end = told.length
  for (let hop = 0; hop < MAX_PROXIES && end >= 0 && isTrusted(believed); hop += 1) {
    const comma = told.lastIndexOf(',', end - 1)
    const address = plainAddress(told.slice(comma + 1, end).trim())
    if (address === undefined) return believed
    believed = address
    // lastIndexOf counts a negative position as 0 and would find a comma there again.
    end = comma <= 0 ? -1 : comma
  }
  return believed
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** Without the form in which a dual-stack socket shows IPv4, and without a zone. */
function plainAddress(text: string): string | undefined {
  const unzoned = text.split('%', 1)[0] ?? ''
  const address = MAPPED.exec(unzoned)?.[1] ?? unzoned
  return isIP(address) === 0 ? undefined : address
}

/** A home or a server is given a whole /64 of IPv6 (RFC 6177), so its addresses are one sender. */
function senderKey(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const written = behind.at(-1)?.includes('.') === true ? behind.length + 1 : behind.length
  const filled = tail === undefined ? groups : [...groups, ...zeros(8 - groups.length - written), ...behind]
  const network = filled.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}

function zeros(count: number): readonly string[] {
  return Array.from({ length: Math.max(0, count) }, () => '0')
}
