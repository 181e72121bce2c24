import { catalogue } from '@countersign/catalogue/catalogue'
import type { HttpService } from '@countersign/service/http/http-service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRepository } from '../testing/repository.testing.ts'

let service: HttpService
let below: HttpService

beforeAll(async () => {
  service = await openRepository('https://repository.example', ['openapi'])
  below = await openRepository('https://example.org/types', ['openapi'])
})
afterAll(() => Promise.all([service.close(), below.close()]))

const get = (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers })

const GERMAN = { 'accept-language': 'de-AT,de;q=0.9' }

describe('the list of types', () => {
  it('is the first page, with every type on it, in one answer', async () => {
    const page = await get('/')
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    for (const { name } of catalogue) expect(page.body).toContain(`href="/types/${name}"`)
    expect(page.body).toContain(`${catalogue.length} types`)
    expect(page.body.match(/<(?:img|script|iframe)/g)).toBeNull()
    expect(Buffer.byteLength(page.body)).toBeLessThan(120_000)
  })

  it('is in the language that the browser wants, and in the one that is chosen', async () => {
    expect((await get('/')).body).toContain('<html lang="en"')
    const german = await get('/', GERMAN)
    expect(german.body).toContain('<html lang="de"')
    expect(german.body).toContain('Führerschein')
    expect(german.headers['vary']).toContain('accept-language')
    const chosen = await get('/?lang=en', GERMAN)
    expect(chosen.body).toContain('<html lang="en"')
    expect(chosen.body).toContain('href="/types/EuPid?lang=en"')
    expect((await get('/?lang=xx', GERMAN)).body).toContain('<html lang="de"')
    expect((await get('/', { 'accept-language': 'fr' })).body).toContain('<html lang="en"')
  })

  it('is searched in both languages, by words and by what programs call a type', async () => {
    const found = async (q: string) =>
      [...(await get(`/?q=${encodeURIComponent(q)}`)).body.matchAll(/href="\/types\/(\w+)"/g)].map(
        ([, name]) => name,
      )
    expect(await found('driving licence')).toEqual(['MobileDrivingLicence', 'DrivingLicence'])
    expect(await found('führerschein')).toEqual(['MobileDrivingLicence', 'DrivingLicence'])
    expect(await found('urn:eudi:pid:1')).toEqual(['EuPid'])
    expect(await found('nothing like it')).toEqual([])
    expect((await get('/?q=nothing+like+it')).body).toContain('No type has this')
  })

  it.each([
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '</form><form action=https://evil.example>',
    '&lt;script&gt;',
    'x'.repeat(5000),
    `${'x'.repeat(99)}😀`,
    '\u0000\u202e',
  ])('shows what was looked for as text: %s', async (q) => {
    const { body, statusCode } = await get(`/?q=${encodeURIComponent(q)}`)
    expect(statusCode).toBe(200)
    expect(body).not.toMatch(/<script|<img|evil\.example>/)
    expect(body.match(/<form/g)).toHaveLength(1)
    expect(body.length).toBeLessThan(20_000)
  })

  it.each(['/?q=a&q=b', '/?lang=de&lang=en', '/?lang[]=de', '/?utm_source=x', '/?__proto__=x', '/?q='])(
    'is there for %s, as if nothing were asked',
    async (url) => {
      const { body, statusCode } = await get(url)
      expect([statusCode, body]).toEqual([200, (await get('/')).body])
    },
  )
})

describe.each(catalogue.map((type) => [type.name, type] as const))('the page of %s', (name, type) => {
  it('has everything about it, in both languages', async () => {
    for (const { description, locale, name: title } of type.display) {
      const { body, statusCode } = await get(`/types/${name}?lang=${locale}`)
      expect(statusCode).toBe(200)
      expect(body).toContain(`<h1>${escaped(title)}</h1>`)
      expect(body).toContain(escaped(description))
      for (const { display } of type.claims)
        expect(body).toContain(`<b>${escaped(display.find((one) => one.locale === locale)?.label ?? '')}</b>`)
      for (const called of Object.values(type.formats))
        expect(body).toContain(`<code>${escaped(called)}</code>`)
      expect(body).not.toMatch(/undefined|\[object|<script|style="/)
    }
  })

  it('leads to what the API has, and to nothing else', async () => {
    const { body } = await get(`/types/${name}`)
    const links = [...body.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !/^[/#]/.test(link) || link.startsWith('//'))).toEqual([])
    for (const link of links.filter((one) => one.startsWith('/api/'))) {
      const answer = await get(link.replaceAll('&#38;', '&'))
      expect([link, answer.statusCode]).toEqual([link, 200])
    }
    expect(links.filter((link) => link.startsWith('/api/')).length).toBeGreaterThanOrEqual(4)
  })

  it('has a card as a picture, which may do nothing', async () => {
    const card = await get(`/types/${name}/card.svg?lang=de`)
    expect([card.statusCode, card.headers['content-type']]).toEqual([200, 'image/svg+xml'])
    expect(card.headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(card.headers['vary']).toBe('accept-language, accept-encoding')
    expect(card.body).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(card.body).not.toMatch(/\{\{|<script|<style|<foreignObject/)
  })
})

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}

describe('a page', () => {
  it('may run no script, and load nothing from elsewhere', async () => {
    for (const url of ['/', '/types/EuPid', '/types/Nothing']) {
      const { headers } = await get(url)
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('is not sent again to who has it, and is packed for who takes that', async () => {
    const packed = await get('/', { 'accept-encoding': 'br' })
    expect(packed.headers['content-encoding']).toBe('br')
    expect(packed.rawPayload.length).toBeLessThan(20_000)
    const etag = String(packed.headers['etag'])
    const again = await get('/', { 'accept-encoding': 'br', 'if-none-match': etag })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    expect((await get('/', { ...GERMAN, 'accept-encoding': 'br', 'if-none-match': etag })).statusCode).toBe(
      200,
    )
  })

  it('that is not there says so, and leads on', async () => {
    const { body, statusCode } = await get('/types/Nothing', GERMAN)
    expect(statusCode).toBe(404)
    expect(body).toContain('Diese Art gibt es nicht')
    expect(body).toContain('href="/"')
    expect((await get('/types/Nothing/card.svg')).statusCode).toBe(404)
    expect((await get('/types/..%2f..%2fpackage.json')).statusCode).toBe(404)
    expect((await get(`/types/${'x'.repeat(3000)}`)).statusCode).toBeGreaterThanOrEqual(400)
    expect((await get('/types/__proto__')).statusCode).toBe(404)
  })

  it('has the look of all pages, and its own', async () => {
    const { body, headers } = await get('/style.css')
    expect(headers['content-type']).toBe('text/css; charset=utf-8')
    for (const part of [
      '--surface: light-dark(',
      '.page-root',
      '.facts',
      '.codebox',
      '.type-list',
      '.card-picture',
    ])
      expect(body).toContain(part)
    expect(body).not.toMatch(/url\(|@import|https?:/)
    expect((await get('/icon.svg')).headers['content-type']).toBe('image/svg+xml')
  })

  it('knows the path that its service is below', async () => {
    const { body } = await below.app.inject({ url: '/' })
    const links = [...body.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !link.startsWith('/types/') && !link.startsWith('#'))).toEqual([])
    expect(body).toContain('href="/types/types/EuPid"')
  })
})

describe('the API page', () => {
  it('is led to where it is', async () => {
    const without = await openRepository('https://repository.example', [])
    expect((await without.app.inject({ url: '/' })).body).not.toContain('href="/swagger"')
    expect((await without.app.inject({ url: '/swagger' })).statusCode).toBe(404)
    expect((await get('/')).body).toContain('href="/swagger"')
    await without.close()
  })

  it('is where it was', async () => {
    expect((await get('/swagger')).statusCode).toBe(200)
    const operations = Object.keys((await get('/api.json')).json<{ paths: object }>().paths)
    expect(operations.filter((path) => !path.startsWith('/api/'))).toEqual([])
  })
})
