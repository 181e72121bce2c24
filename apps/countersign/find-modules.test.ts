/** That the command finds modules exactly where Node alone does, and takes them for what Node does. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { VERSION } from '@countersign/service/operation/version'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const FIND_MODULES = new URL('./find-modules.mjs', import.meta.url).href
/** The packages that come in most files. */
const OTHERS = ['kysely/dist', 'zod/v4', 'fastify-type-provider-zod/dist'].map(
  (name) => `node_modules/${name}`,
)

type Import = readonly [name: string, from: string]

/** Prints where each name is found, from the module that it is imported in: by Node alone, or with ours before it. */
const PROBE = `
import { readFileSync } from 'node:fs'
const asked = JSON.parse(readFileSync(0, 'utf8'))
if (process.argv[1]) await import(process.argv[1])
console.log(JSON.stringify(asked.map(([name, from]) => import.meta.resolve(name, from))))`

function foundBy(asked: readonly Import[], ...args: string[]): string[] {
  const flags = ['--experimental-import-meta-resolve', '--input-type=module', '--eval', PROBE]
  return JSON.parse(
    execFileSync(process.execPath, [...flags, ...args], {
      cwd: root,
      input: JSON.stringify(asked),
      encoding: 'utf8',
      maxBuffer: 64_000_000,
    }),
  )
}

/** Every import statement below a folder, with the module that it stands in. */
function importsBelow(folder: string, isSource: (name: string) => boolean): readonly Import[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => isSource(name) && !name.includes('node_modules'))
    .flatMap((name) => {
      const text = readFileSync(join(root, folder, name), 'utf8')
      const from = pathToFileURL(join(root, folder, name)).href
      const names = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)["']([^"']+)["']/gm)
      return [...names].map(([, named = '']): Import => [named, from])
    })
}

describe('every module is found where Node finds it:', () => {
  it('those of this program', () => {
    // Pages and what they share are bundled for browsers.
    const isProduct = (name: string) =>
      /(?<!\.(test|testing|contract|d))\.(ts|mjs)$/.test(name) && !/^ui\/|^[\w-]+\/(pages|dist)\//.test(name)
    const asked = ['packages', 'apps']
      .flatMap((house) => importsBelow(house, isProduct))
      .filter(([name]) => name.startsWith('.') || name.startsWith('@countersign/'))
    expect(asked.length).toBeGreaterThan(1_000)
    expect(foundBy(asked, FIND_MODULES)).toEqual(foundBy(asked))
  }, 60_000)

  it.each(OTHERS)(
    'those of %s',
    (folder) => {
      const asked = importsBelow(folder, (name) => name.endsWith('.js')).filter(([name]) =>
        name.startsWith('.'),
      )
      expect(asked.length).toBeGreaterThan(1)
      expect(foundBy(asked, FIND_MODULES)).toEqual(foundBy(asked))
    },
    60_000,
  )
})

const folder = mkdtempSync(join(tmpdir(), 'find-modules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FILES: Readonly<Record<string, string>> = {
  'module/package.json': '{ "type": "module" }',
  'module/first.js':
    "import './second.js'\nimport '../untyped/first.js'\nimport '../module/inner/first.js'\nimport '../untyped/third.js'\nimport '../module/inner/second.js'\n",
  'module/second.js': `console.log('module/second', typeof require)\nimport './third.cjs'`,
  'module/third.cjs': "console.log('module/third', typeof require)\nrequire('./fourth.cjs')\n",
  'module/fourth.cjs': "console.log('module/fourth', typeof require)\n",
  'module/inner/package.json': '{ "type": "commonjs" }',
  'module/inner/first.js': "require('./second.js')\n",
  'module/inner/second.js': "console.log('inner/second', typeof require)\n",
  'untyped/package.json': '{}',
  'untyped/first.js': "require('./second.js')\nrequire('./third')\n",
  'untyped/second.js': "console.log('untyped/second', typeof require)\n",
  'untyped/third.js': "console.log('untyped/third', typeof require)\n",
}

it('a module is taken for what it is, whatever its neighbours are', () => {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const run = (...flags: string[]) =>
    execFileSync(process.execPath, [...flags, join(folder, 'module/first.js')], { encoding: 'utf8' })
  expect(run('--import', FIND_MODULES)).toBe(run())
  expect(run().split('\n').toSorted().filter(Boolean)).toEqual([
    'inner/second function',
    'module/fourth function',
    'module/second undefined',
    'module/third function',
    'untyped/second function',
    'untyped/third function',
  ])
})

/** As on a Node that has no such hooks. */
const WITHOUT_HOOKS = `data:text/javascript,${encodeURIComponent(`
import module, { syncBuiltinESMExports } from 'node:module'
delete module.registerHooks
syncBuiltinESMExports()`)}`

it('without hooks of Node the command starts as well', () => {
  const main = fileURLToPath(new URL('./main.mjs', import.meta.url))
  const args = ['--import', WITHOUT_HOOKS, main, '--version']
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe(`${VERSION}\n`)
}, 60_000)
