import { describe, expect, it } from 'vitest'
import { picture } from './picture.ts'
import { portsNeeded, publicUrl, sitesOf, standardTopology, type Topology, topologyOn } from './topology.ts'

const instancesOf = (topology: Topology) => topology.flatMap(({ instances }) => instances)

const pairs = { wallets: 2, issuers: 2, verifiers: 2, webWallets: 2, portals: 2 }

describe('the standard topology', () => {
  it('has the ports of the documentation', () => {
    expect(sitesOf(standardTopology(pairs))).toEqual([
      { port: 9090, upstreams: ['127.0.0.1:7103'] },
      { port: 9091, upstreams: ['127.0.0.1:7001', '127.0.0.1:8001'] },
      {
        port: 9092,
        upstreams: ['127.0.0.1:7002', '127.0.0.1:8002'],
        unreadyPaths: ['*/status/*'],
        streams: true,
      },
      { port: 9093, upstreams: ['127.0.0.1:7003', '127.0.0.1:8003'] },
      { port: 9094, upstreams: ['127.0.0.1:7101', '127.0.0.1:8101'] },
      { port: 9095, upstreams: ['127.0.0.1:7102', '127.0.0.1:8102'] },
    ])
  })

  it('numbers the instances of a service', () => {
    const names = instancesOf(standardTopology({ ...pairs, verifiers: 3 })).map(({ name }) => name)
    expect(names).toContain('verifier3')
    expect(new Set(names).size).toBe(names.length)
  })

  it('gives no port twice, however many instances there are', () => {
    const most = standardTopology({ wallets: 9, issuers: 9, verifiers: 9, webWallets: 9, portals: 9 })
    const ports = [...instancesOf(most).map(({ port }) => port), ...most.map(({ publicPort }) => publicPort)]
    expect(new Set(ports).size).toBe(ports.length)
    expect(Math.max(...ports)).toBeLessThanOrEqual(65_535)
  })

  it.each([-1, 10, 1.5])('refuses %s instances', (verifiers) => {
    expect(() => standardTopology({ ...pairs, verifiers })).toThrow(RangeError)
  })
})

describe('a topology on free ports', () => {
  it('uses each port once and all that it asked for', () => {
    const needed = portsNeeded(pairs)
    const ports = Array.from({ length: needed }, (_, index) => 40_000 + index)
    const topology = topologyOn(ports, pairs)
    const used = [
      ...instancesOf(topology).map(({ port }) => port),
      ...topology.map(({ publicPort }) => publicPort),
    ]
    expect(used.toSorted((a, b) => a - b)).toEqual(ports)
    expect(topology.map(publicUrl)[0]).toBe('http://localhost:40000')
  })

  it('refuses too few ports', () => {
    expect(() => topologyOn([40_000], pairs)).toThrow('too few ports')
  })
})

describe('the picture of a cluster', () => {
  it('shows every instance, every port and the shared sessions within 79 columns', () => {
    const drawn = picture(standardTopology({ ...pairs, issuers: 3 }), { redisPort: 6379, postgresPort: 5432 })
    for (const text of [
      'localhost:9093',
      'verifier2 :8003',
      'issuer3 :9002',
      'Redis :6379',
      'PostgreSQL :5432',
    ]) {
      expect(drawn).toContain(text)
    }
    expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(79)
  })

  it('says that without Redis a session has one home', () => {
    const drawn = picture(standardTopology(pairs), { postgresPort: 5432 })
    expect(drawn).toContain('its own sessions')
    expect(drawn).toContain('found only where it began')
  })
})
