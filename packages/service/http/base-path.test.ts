import { describe, expect, it } from 'vitest'
import { basePathOf, withoutBasePath } from './base-path.ts'
import { form, start } from './http-service.testing.ts'

it.each([
  ['https://example.org', ''],
  ['https://example.org/', ''],
  ['https://example.org/issuer', '/issuer'],
  ['https://example.org:8443/tenants/7/', '/tenants/7'],
])('the path of %s is %j', (baseUrl, path) => {
  expect(basePathOf(baseUrl)).toBe(path)
})

it.each([
  ['/issuer/token', '/token'],
  ['/issuer/token?x=/issuer', '/token?x=/issuer'],
  ['/issuer', '/'],
  ['/issuer/', '/'],
  ['/issuer?x', '/?x'],
  ['/issuers/token', '/issuers/token'],
  ['/token', '/token'],
  ['/Issuer/token', '/Issuer/token'],
  ['/issuer/issuer/token', '/issuer/token'],
])('%s is %s to the routes of /issuer', (target, local) => {
  expect(withoutBasePath(target, '/issuer')).toBe(local)
})

describe.each(['', '/verifier', '/a/b'])('a service at https://example.org%s', (path) => {
  const begin = () => start({ baseUrl: `https://example.org${path}` })

  it('answers alike whether a proxy takes the path off or not', async () => {
    const { ask } = await begin()
    for (const before of ['', path]) {
      expect((await ask(`${before}/metadata`)).status).toBe(200)
      expect(await (await ask(`${before}/things/7`)).json()).toEqual({ id: '7' })
      const token = await ask(`${before}/token`, form('grant_type=x'))
      expect(await token.json()).toEqual({ grant: 'x' })
      expect((await ask(`${before}/readyz`)).status).toBe(200)
      expect((await ask(`${before}/metadata`, { method: 'PUT' })).status).toBe(405)
      expect((await ask(`${before}/nothing`)).status).toBe(404)
    }
    expect((await ask(`${path || '/'}x/metadata`)).status).toBe(404)
  })

  it('leads to its API page, which finds its parts and calls its own address, wherever it was opened', async () => {
    const { ask } = await begin()
    for (const before of ['', path]) {
      for (const home of [before, `${before}/`]) {
        const location = (await ask(home)).headers.get('location') ?? ''
        // As a browser sees it that came under the path, and one that came to the port itself.
        expect(new URL(location, `https://example.org${home}`).pathname).toBe(`${before}/swagger`)
      }
      for (const page of [`${before}/swagger`, `${before}/swagger/`]) {
        const html = await (await ask(page)).text()
        for (const [, part] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
          const { pathname } = new URL(part ?? '', `https://example.org${page}`)
          expect(pathname.startsWith(`${before}/swagger/static/`), pathname).toBe(true)
          expect((await ask(pathname)).status).toBe(200)
        }
      }
      for (const document of ['/swagger/json', '/api.json']) {
        const at = `https://example.org${before}${document}`
        const { servers } = (await (await ask(before + document)).json()) as { servers: { url: string }[] }
        expect(servers.map(({ url }) => new URL(url, at).href)).toEqual([`https://example.org${before}/`])
      }
    }
  })
})

it('an address of the service itself is meant as it stands', async () => {
  const { ask } = await start({ baseUrl: 'https://example.org/things' })
  expect(await (await ask('/things/7')).json()).toEqual({ id: '7' })
})
