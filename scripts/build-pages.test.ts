/** The build of the pages, with the real ones: what it weighs, that it does nothing twice, that two at once do no harm. */
import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const script = join(root, 'scripts/build-pages.mjs')
const run = promisify(execFile)
const build = async () => (await run(process.execPath, [script])).stdout

/** In kilobytes, gzip (ui: budgets): the scripts of the first page, of any page with all of its parts, the style; the page itself. */
const BUDGETS = {
  'web-wallet': { first: 35, any: 70, css: 10, page: 2.5 },
  portal: { first: 45, any: 90, css: 12, page: 2.5 },
} as const

beforeAll(async () => {
  await Promise.all([build(), build()])
})

describe('the build of the pages', () => {
  it('does nothing when what lies there was made of these sources', async () => {
    const dist = join(root, 'apps/web-wallet/dist')
    const before = (await stat(join(dist, 'index.html'))).mtimeMs
    expect(await build()).toContain('those of these sources')
    expect((await stat(join(dist, 'index.html'))).mtimeMs).toBe(before)
    expect(
      (await readdir(dirname(dist))).filter((name) => name.startsWith('.dist-') || name === '.building'),
    ).toEqual([])
  })

  it.each(Object.entries(BUDGETS))('%s keeps to its budget', async (app, budget) => {
    const dist = join(root, 'apps', app, 'dist')
    const index = await readFile(join(dist, 'index.html'), 'utf8')
    const first = await withImports(
      dist,
      [...index.matchAll(/src="(\/assets\/[^"]+\.js)"|href="(\/assets\/[^"]+\.js)"/g)].map(
        ([, a, b]) => a ?? b ?? '',
      ),
    )
    const firstBytes = await weight(dist, first)
    expect(firstBytes / 1024).toBeLessThanOrEqual(budget.first)
    const parts = (await laterParts(dist, first)).map(async (part) =>
      weight(dist, await withImports(dist, [...first, part])),
    )
    for (const bytes of await Promise.all(parts)) expect(bytes / 1024).toBeLessThanOrEqual(budget.any)
    const css = [...index.matchAll(/href="(\/assets\/[^"]+\.css)"/g)].map(([, name = '']) => name)
    expect(css).toHaveLength(1)
    expect((await weight(dist, css)) / 1024).toBeLessThanOrEqual(budget.css)
  })

  it('what a service worker keeps of the wallet is there, and less than 80 kB', async () => {
    const dist = join(root, 'apps/web-wallet/dist')
    const worker = await readFile(join(dist, 'sw.js'), 'utf8')
    const kept = [...worker.matchAll(/\/assets\/[\w.-]+/g)].map(([name]) => name)
    expect(kept.filter((name) => name.endsWith('.css'))).toHaveLength(1)
    expect(kept.some((name) => /kept-pages/.test(name))).toBe(true)
    expect((await weight(dist, [...new Set(kept), '/index.html', '/sw.js'])) / 1024).toBeLessThan(80)
  })

  it.each(Object.entries(BUDGETS))(
    '%s names no other host, and has one script in line',
    async (app, budget) => {
      const dist = join(root, 'apps', app, 'dist')
      const index = await readFile(join(dist, 'index.html'), 'utf8')
      expect(index).not.toMatch(/<style|style=|onload=|onerror=/)
      const scripts = [...index.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)]
      expect(scripts).toHaveLength(1)
      // Nothing of a page is there yet: it may neither look at it nor write into it.
      expect(scripts[0]?.[1]).not.toMatch(/innerHTML|document\.(?:write|querySelector|getElement|cookie)/)
      expect(gzipSync(index, { level: 9 }).length / 1024).toBeLessThanOrEqual(budget.page)
      expect(index).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    },
  )
})

async function weight(dist: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    names.map(async (name) => gzipSync(await readFile(join(dist, name)), { level: 9 }).length),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** With everything that they import at once. */
async function withImports(dist: string, names: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  const queue = [...names]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name) || extname(name) !== '.js') continue
    found.add(name)
    const text = await readFile(join(dist, name), 'utf8')
    for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      queue.push(`/assets/${imported}`)
  }
  return [...found]
}

/** What is loaded later, by any of them. */
async function laterParts(dist: string, names: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(names.map((name) => readFile(join(dist, name), 'utf8')))
  const later = texts.flatMap((text) =>
    [...text.matchAll(/import\(\s*[`"]\.\/([^`"]+\.js)[`"]/g)].map(([, name = '']) => `/assets/${name}`),
  )
  return [...new Set(later)]
}
