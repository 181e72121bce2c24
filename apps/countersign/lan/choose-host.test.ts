import { describe, expect, it } from 'vitest'
import { chooseHost, type Machine } from './choose-host.ts'

const ipv4 = (address: string) => ({ address, family: 'IPv4' as const })

function machine(
  known: Readonly<Record<string, readonly string[]>> = {},
  more: Partial<Machine> = {},
): Machine {
  return {
    hostname: 'Laptop.fritz.box',
    interfaces: {
      lo: [ipv4('127.0.0.1')],
      docker0: [ipv4('172.17.0.1')],
      eth0: [ipv4('192.168.1.20'), { address: 'fd00::2', family: 'IPv6' }],
      eth1: [ipv4('203.0.114.9')],
    },
    addressesOf: async (name) => known[name] ?? [],
    ...more,
  }
}

describe('without a wish', () => {
  it('the name of multicast DNS is taken where the machine finds itself by it', async () => {
    const found = machine({ 'laptop.local': ['192.168.1.20'] })
    expect(await chooseHost(undefined, found)).toEqual({ name: 'laptop.local', address: '192.168.1.20' })
  })

  it.each([
    ['nobody announces a name', machine()],
    ['another machine has it', machine({ 'laptop.local': ['192.168.1.99'] })],
    ['it leads to loopback alone', machine({ 'laptop.local': ['127.0.1.1'] })],
    ['the machine is called what no name is', machine({}, { hostname: 'my_laptop' })],
  ])('the first address that a phone may reach is, where %s', async (_why, found) => {
    expect(await chooseHost(undefined, found)).toEqual({ name: '192.168.1.20', address: '192.168.1.20' })
  })

  it('there is none without a private network', async () => {
    const alone = machine({}, { interfaces: { lo: [ipv4('127.0.0.1')], eth1: [ipv4('203.0.114.9')] } })
    await expect(chooseHost(undefined, alone)).rejects.toThrow('no address in a private network')
  })
})

describe('a wish', () => {
  it('for an address or a name of this machine is granted', async () => {
    const known = machine({ 'box.lan': ['10.0.0.1', '192.168.1.20'] })
    expect(await chooseHost('172.17.0.1', known)).toEqual({ name: '172.17.0.1', address: '172.17.0.1' })
    expect(await chooseHost('Box.lan', known)).toEqual({ name: 'box.lan', address: '192.168.1.20' })
  })

  it.each([
    ['192.168.1.21', 'no address of this machine; it has 192.168.1.20, 172.17.0.1'],
    ['203.0.114.9', 'no address of a private network'],
    ['169.254.1.1', 'no address of a private network'],
    ['127.0.0.1', 'this machine alone'],
    ['localhost', 'this machine alone'],
    ['::1', 'say a name or an IPv4 address'],
    ['fd00::2', 'say a name or an IPv4 address'],
    ['https://laptop.local', 'no host name; say it without https:// and port'],
    ['laptop.local:7101', 'no host name'],
    ['300.1.1.1', 'no host name'],
    ['a..b', 'no host name'],
    ['nobody.lan', 'nobody here knows that name'],
    ['bank.example', 'leads to 198.51.100.7 here, and no address of this machine'],
    ['debian', 'leads to 127.0.1.1 here'],
  ])('for %s is refused', async (wish, why) => {
    const known = machine({ 'bank.example': ['198.51.100.7'], debian: ['127.0.1.1'] })
    const choice = chooseHost(wish, known)
    await expect(choice).rejects.toMatchObject({ name: 'StartRefused' })
    await expect(choice).rejects.toThrow(why)
  })
})
