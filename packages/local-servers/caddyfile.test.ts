import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { RECEIVED } from '@countersign/core/size-limits'
import {
  composeCaddyfile,
  oneMachineCaddyfile,
  verifiersCaddyfile,
} from '@countersign/countersign/cluster/deployed-caddyfiles.testing'
import { describe, expect, it } from 'vitest'
import { caddyfile } from './caddyfile.ts'

const deployed = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url)), 'utf8')

describe('the Caddyfiles of deploy/', () => {
  it('Caddyfile is what the generator makes', () => {
    expect(deployed('Caddyfile')).toBe(oneMachineCaddyfile())
  })

  it('compose.Caddyfile is what the generator makes', () => {
    expect(deployed('compose.Caddyfile')).toBe(composeCaddyfile())
  })

  it('verifiers.Caddyfile is what the generator makes', () => {
    expect(deployed('verifiers.Caddyfile')).toBe(verifiersCaddyfile())
  })
})

describe('a generated Caddyfile', () => {
  const sites = [{ port: 9093, upstreams: ['127.0.0.1:7003', '127.0.0.1:8003'] }]

  it('serves any Host at the port', () => {
    expect(caddyfile({ sites })).toContain('\n:9093 {\n')
  })

  it('refuses what announces more than any service reads, from the same table, and names the limit', () => {
    const text = caddyfile({ sites })
    const [, pattern = ''] = /header_regexp Content-Length (.+)/.exec(text) ?? []
    const isRefused = (length: number | string) => new RegExp(pattern).test(String(length))
    const [, cutAt = ''] = /max_size (\d+)/.exec(text) ?? []
    const { exchange } = RECEIVED
    expect([0, 1, exchange, Number(cutAt) - 1, '007'].filter(isRefused)).toEqual([])
    expect([Number(cutAt), exchange * 3, `00${cutAt}`, '9'.repeat(40)].every(isRefused)).toBe(true)
    expect(Number(cutAt)).toBeGreaterThan(exchange)
    expect(Number(cutAt)).toBeLessThan(exchange * 2)
    expect(text).toContain(`respond @tooLarge "The body is too large, limit ${exchange} bytes" 413`)
  })

  it('listens where it is told', () => {
    expect(caddyfile({ sites, bind: ['127.0.0.1'] })).toContain('\tdefault_bind 127.0.0.1\n')
    expect(caddyfile({ sites })).not.toContain('default_bind')
  })

  it('has a way of their own for paths that need no instance to be ready', () => {
    const [site] = sites
    const paths = caddyfile({
      sites: sites.map((one) => ({ ...one, unreadyPaths: ['/status/*', '*/lists/*'] })),
    })
    expect(paths).toContain('\t\tpath /status/* */lists/*\n')
    expect(paths).toContain('health_uri /livez')
    expect(caddyfile({ sites })).not.toContain('/livez')
    for (const path of [
      '/status',
      'status/*',
      '/a /b/*',
      '/a{/*',
      '/*',
      '*',
      '*/*',
      '**/status/*',
      '/*/status/*',
    ])
      expect(() =>
        caddyfile({ sites: [{ port: 1, upstreams: ['a:1'], ...site, unreadyPaths: [path] }] }),
      ).toThrow(TypeError)
  })

  it.each(['127.0.0.1:7003 {', 'localhost', 'a:1\nimport /etc/passwd', '127.0.0.1:7003;'])(
    'refuses %j as an instance',
    (upstream) => {
      expect(() => caddyfile({ sites: [{ port: 9093, upstreams: [upstream] }] })).toThrow(TypeError)
    },
  )

  it('refuses a site without instances, a port that is none and an address that is none', () => {
    expect(() => caddyfile({ sites: [{ port: 9093, upstreams: [] }] })).toThrow(RangeError)
    expect(() => caddyfile({ sites: [{ port: 0, upstreams: ['a:1'] }] })).toThrow(RangeError)
    expect(() => caddyfile({ sites, bind: ['0.0.0.0 }'] })).toThrow(TypeError)
  })
})
