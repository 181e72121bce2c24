import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtService } from '../http-service.testing.ts'
import { readBuiltPages } from './built-pages.ts'
import { pageRoutes } from './page-routes.ts'

const script = `console.log('${'x'.repeat(2000)}')`
let folder: string
let outside: string

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'countersign-outside-'))
  await writeFile(join(outside, 'secret.txt'), 'secret')
  folder = await mkdtemp(join(tmpdir(), 'countersign-pages-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><title>First</title><script>early()</script><script src="/a.js"></script>',
  )
  await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(folder, 'assets/main-1.js'), script)
  await writeFile(join(folder, 'assets/main-1.js.br'), brotliCompressSync(script))
  await writeFile(join(folder, '.built'), 'hash')
  await symlink(join(outside, 'secret.txt'), join(folder, 'link.txt'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
  await rm(outside, { recursive: true })
})

async function served(baseUrl = 'http://localhost:1') {
  const pages = await readBuiltPages(folder)
  const service = await builtService({
    routes: (app) => pageRoutes(app, { pages, routes: ['/', '/scan', '/requests/:id'], baseUrl }),
  })
  return (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
    service.app.inject({ url, headers, method })
}

const browser = { accept: 'text/html,application/xhtml+xml', 'accept-encoding': 'gzip, br' }

describe('pages', () => {
  it('begin with the first one at every route of the app', async () => {
    const get = await served()
    for (const url of ['/', '/scan', '/requests/abc', '/scan/', '/?language=de']) {
      const answer = await get(url, browser)
      expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([
        url,
        200,
        'text/html; charset=utf-8',
      ])
      expect(answer.headers['cache-control']).toBe('no-cache')
    }
  })

  it('say 404 with a page to whoever goes to an unknown address, and without one to whoever asks for a file', async () => {
    const get = await served()
    const page = await get('/nowhere', browser)
    expect([page.statusCode, page.body]).toEqual([404, expect.stringContaining('<title>First')])
    for (const [url, headers] of [
      ['/assets/main-0.js', browser],
      ['/nowhere', { accept: 'application/json' }],
      ['/requests/', { accept: '*/*' }],
    ] as const) {
      const answer = await get(url, headers)
      expect([url, answer.statusCode]).toEqual([url, 404])
      expect(answer.json()).toMatchObject({ exception: true, correlationId: expect.any(String) })
    }
  })

  it('name files for good, in the form that the browser takes', async () => {
    const get = await served()
    const packed = await get('/assets/main-1.js', browser)
    expect(packed.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
    expect(brotliDecompressSync(packed.rawPayload).toString()).toBe(script)
    const plain = await get('/assets/main-1.js')
    expect([plain.body, plain.headers['content-encoding']]).toEqual([script, undefined])
    expect(plain.headers.etag).not.toBe(packed.headers.etag)
  })

  it('answer HEAD with the same head, and 304 to who has it already', async () => {
    const get = await served()
    const head = await get('/', browser, 'HEAD')
    expect([head.statusCode, head.body]).toEqual([200, ''])
    const { etag } = (await get('/', browser)).headers
    expect(head.headers.etag).toBe(etag)
    const again = await get('/', { ...browser, 'if-none-match': `"other", W/${String(etag)}` })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  it('lead nowhere outside the folder', async () => {
    const get = await served()
    for (const url of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/../../secret.txt',
      '/link.txt',
      '/.built',
      '/assets/main-1.js.br',
      '//etc/passwd',
      '/assets/%00',
    ]) {
      const answer = await get(url)
      expect([url, answer.statusCode]).toEqual([url, 404])
      expect(answer.body).not.toContain('secret\n')
    }
  })

  it('carry a policy that lets nothing foreign in, on every answer', async () => {
    const get = await served('https://wallet.example')
    for (const url of ['/', '/assets/main-1.js', '/icon.svg']) {
      const { headers } = await get(url, browser)
      const policy = String(headers['content-security-policy'])
      // `printf 'early()' | openssl dgst -sha256 -binary | base64`
      expect(policy).toContain(`script-src 'self' 'sha256-G2Y/0fpEoq/QMzbid/byF0KE5sX9e6ar19Om2+xoMnU='; `)
      for (const rule of [
        "default-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
      ])
        expect(policy).toContain(rule)
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(policy.match(/sha256-/g)).toHaveLength(1)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'strict-transport-security': expect.any(String),
      })
    }
    const missing = await get('/nothing.js')
    expect(missing.headers['content-security-policy']).toContain("default-src 'none'")
  })

  it('may make no policy of what is a script, except for the address of their own service worker', async () => {
    const policyOf = async (get: Awaited<ReturnType<typeof served>>) =>
      (await get('/', browser)).headers['content-security-policy']
    expect(await policyOf(await served())).toMatch(/; trusted-types 'none'$/)
    await writeFile(join(folder, 'sw.js'), '')
    const get = await served()
    await rm(join(folder, 'sw.js'))
    expect(await policyOf(get)).toMatch(/; trusted-types own-worker$/)
    expect((await get('/sw.js')).headers).toMatchObject({ 'cache-control': 'no-cache' })
  })

  it('are not there before they were built, and the start says how', async () => {
    await expect(readBuiltPages(join(folder, 'nothing'))).rejects.toThrow('build-pages')
  })
})
