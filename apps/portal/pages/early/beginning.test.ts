import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { PAGE_ROUTES } from '../../page-routes.ts'
import { asksAt, nextAt, partsAt } from './beginning.ts'

const isThere = (part: string) => existsSync(fileURLToPath(new URL(`../${part}`, import.meta.url)))

describe('with what a page begins', () => {
  it.each(PAGE_ROUTES)('%s needs parts that are there', (route) => {
    const [english, german] = [partsAt(route, 'en'), partsAt(route, 'de')]
    expect(english).toHaveLength(route === '/' ? 0 : 1)
    expect(german.length).toBeGreaterThan(english.length)
    expect([...english, ...german].filter((part) => !isThere(part))).toEqual([])
  })

  it.each([
    ['/verify', 'verify/pages.ts'],
    ['/verify/a', 'waiting.ts'],
    ['/verify/a/result', 'verify/pages.ts'],
    ['/verify/a/return', 'verify/pages.ts'],
    ['/offers/a', 'waiting.ts'],
    ['/issue/Pid', 'issue/pages.ts'],
  ])('%s begins with %s', (path, part) => {
    expect(partsAt(path, 'en')).toEqual([part])
  })

  it.each([
    ['/', 'waiting.ts'],
    ['/issue', 'waiting.ts'],
    ['/issue/Pid', 'waiting.ts'],
    ['/verify', 'waiting.ts'],
    ['/verify/a', 'verify/pages.ts'],
    ['/verify/a/result', undefined],
    ['/trust', undefined],
  ])('%s leads to %s', (path, part) => {
    expect(nextAt(path)).toBe(part)
  })

  it('a form asks for what it is made of in the first format of its type, once the types are there', () => {
    const types = [
      { name: 'Pid', formats: { 'dc+sd-jwt': 'urn:eudi:pid:1', mso_mdoc: 'eu.europa.ec.eudi.pid.1' } },
    ]
    const next = (path: string) => asksAt(path).flatMap((ask) => ask.next?.(types) ?? [])
    expect(next('/issue/Pid').map(({ path }) => path)).toEqual([
      '/repository/api/schema/Pid?format=dc%2Bsd-jwt',
      '/repository/api/sdjwt-vc/Pid?format=dc%2Bsd-jwt',
      '/repository/api/mapping/Pid?format=dc%2Bsd-jwt',
    ])
    expect(next('/issue/Nothing')).toEqual([])
    expect(next('/issue')).toEqual([])
  })

  it.each([
    ['/', []],
    ['/issue', ['/repository/api/types']],
    ['/issue/Pid', ['/repository/api/types', '/issuer/.well-known/openid-credential-issuer']],
    ['/verify', ['/repository/api/types', '/issuer/.well-known/openid-credential-issuer']],
    ['/offers/a', ['/issuer/openid4vc/session/a/events']],
    ['/verify/a', ['/verifier/openid4vc/session/a/events', '/issuer/.well-known/openid-credential-issuer']],
    [
      '/verify/a/result',
      [
        '/verifier/openid4vc/session/a',
        '/verifier/openid4vc/session/a/events',
        '/issuer/.well-known/openid-credential-issuer',
      ],
    ],
    ['/verify/a/return', []],
    ['/trust', ['/verifier/trust', '/issuer/trust']],
  ])('%s asks for %j', (path, paths) => {
    expect(asksAt(path).map((ask) => ask.path)).toEqual(paths)
  })
})
