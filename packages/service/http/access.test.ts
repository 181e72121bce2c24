import type { IncomingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { isLoopbackHost } from '../config/loopback-host.ts'
import { loopbackKeeper, openDoorProblem } from './access.ts'

function keeperOf(baseUrl: string, socket = new Socket()) {
  const keep = loopbackKeeper(baseUrl)
  return (headers: IncomingHttpHeaders) => keep({ headers, socket })
}

describe('the management door without a key', () => {
  const keep = keeperOf('http://caddy:9093')

  it.each(['localhost:7003', '127.0.0.1:7003', '[::1]:7003', 'caddy:9093', 'app.localhost', 'LOCALHOST'])(
    'opens to the host %s',
    (host) => {
      expect(keep({ host })).toBeUndefined()
    },
  )

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '',
    'evil.example:7003',
    'a@evil.example',
    '192.168.1.5',
  ])('stays shut to the rebound host %j', (host) => {
    expect(keep({ host })).toMatchObject({ status: 403 })
  })

  it.each([{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'stays shut to a page of another site: %j',
    (headers) => {
      expect(keep({ host: 'localhost:7003', ...headers })).toMatchObject({ status: 403 })
    },
  )

  it('stays shut to whoever comes over TLS, from the network, by whatever name', () => {
    const fromNetwork = keeperOf('https://laptop.local:7002', new TLSSocket(new Socket()))
    for (const host of ['localhost:7002', '127.0.0.1:7002', 'laptop.local:7002'])
      expect(fromNetwork({ host })).toMatchObject({ status: 403, refusal: 'management_closed' })
  })

  it('opens to its own page', () => {
    expect(
      keep({ host: 'localhost:7003', origin: 'http://localhost:7003', 'sec-fetch-site': 'same-origin' }),
    ).toBeUndefined()
  })
})

describe('starting', () => {
  it('is refused with an unguarded door in production or beyond loopback', () => {
    expect(openDoorProblem({ mode: 'production', webHost: '127.0.0.1' })).toContain('production')
    expect(openDoorProblem({ mode: 'development', webHost: '0.0.0.0' })).toContain('0.0.0.0')
    expect(openDoorProblem({ mode: 'development', webHost: '::' })).toBeDefined()
    expect(openDoorProblem({ mode: 'development', webHost: '::1' })).toBeUndefined()
    expect(openDoorProblem({ mode: 'production', webHost: '0.0.0.0', managementApiKey: 'k' })).toBeUndefined()
  })

  it.each(['127.evil.example', '128.0.0.1', 'localhost.', '0.0.0.0', ''])(
    'takes %j for more than loopback',
    (host) => {
      expect(isLoopbackHost(host)).toBe(false)
    },
  )
})
