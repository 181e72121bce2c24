import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { senderReader } from './sender.ts'

function from(remoteAddress: string, forwardedFor?: string) {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress })
  return { socket, headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor } }
}

const senderOf = senderReader(['10.0.0.0/8', '192.0.2.7', '2001:db8:ffff::/48'])

const CASES: readonly (readonly [string, string, string | undefined, string])[] = [
  ['nobody trusts is its own address', '203.0.113.5', undefined, '203.0.113.5'],
  ['nobody trusts cannot say it is another', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
  ['a trusted proxy names is the one it names', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  [
    'says it is another before the proxy is not believed',
    '10.1.2.3',
    '1.1.1.1, 198.51.100.1',
    '198.51.100.1',
  ],
  [
    'comes over two trusted proxies is the one behind both',
    '192.0.2.7',
    '198.51.100.1, 10.9.9.9',
    '198.51.100.1',
  ],
  ['is itself in a trusted network is the farthest', '10.1.2.3', '10.0.0.8, 10.9.9.9', '10.0.0.8'],
  ['a proxy forgets to name is the proxy', '10.1.2.3', undefined, '10.1.2.3'],
  ['a proxy names by no address is the proxy', '10.1.2.3', '198.51.100.1, unknown', '10.1.2.3'],
  ['a proxy names with a port is the proxy', '10.1.2.3', '198.51.100.1:4711', '10.1.2.3'],
  ['is named by nothing is the proxy', '10.1.2.3', ' ', '10.1.2.3'],
  ['leaves gaps is the last proxy before the gap', '10.1.2.3', '1.1.1.1,,10.9.9.9', '10.9.9.9'],
  ['begins with a comma is the last proxy before it', '10.1.2.3', ',10.9.9.9', '10.9.9.9'],
  ['is seen by a dual-stack socket is the same', '::ffff:10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
  ['has IPv6 is its /64', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ['has IPv6 is its /64, however it is written', '2001:0db8:0001:0002::1', undefined, '2001:db8:1:2::/64'],
  ['has IPv6 with a gap in the network is its /64', '2001:db8::7:1:2:3:4', undefined, '2001:db8:0:7::/64'],
  ['has IPv6 with IPv4 at its end is its /64', '2001:db8::1.2.3.4', undefined, '2001:db8:0:0::/64'],
  ['has IPv6 behind a proxy is its /64', '2001:db8:ffff::1', '2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['is on loopback is one sender', '::1', undefined, '0:0:0:0::/64'],
]

describe('a sender', () => {
  it.each(CASES)('that %s', (_what, address, told, sender) => {
    expect(senderOf(from(address, told))).toBe(sender)
  })

  it('behind more trusted proxies than anybody has is the last that was looked at', () => {
    const told = Array.from({ length: 3000 }, (_, at) => `10.1.${at >> 8}.${at & 255}`).join(', ')
    expect(senderOf(from('10.1.2.3', told))).toBe('10.1.11.168')
  })

  it('whose connection is gone is counted all the same', () => {
    expect(senderOf({ socket: new Socket(), headers: {} })).toBe('unknown')
  })
})
