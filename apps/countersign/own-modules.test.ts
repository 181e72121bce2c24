/** That the command finds the modules of this program exactly where Node alone does. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const OWN_MODULES = new URL('./own-modules.mjs', import.meta.url).href

/** Prints where Node finds each name, from the module that it is imported in: alone, or with ours before it. */
const PROBE = `
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
const asked = JSON.parse(readFileSync(0, 'utf8'))
if (process.argv[1]) await import(process.argv[1])
console.log(JSON.stringify(asked.map(([name, from]) => import.meta.resolve(name, from))))`

function foundBy(asked: readonly (readonly [string, string])[], ...args: string[]): string[] {
  const flags = ['--experimental-import-meta-resolve', '--input-type=module', '--eval', PROBE]
  const input = JSON.stringify(asked)
  return JSON.parse(
    execFileSync(process.execPath, [...flags, ...args], { cwd: root, input, encoding: 'utf8' }),
  )
}

/** Every import statement of the product, with the module that it stands in. */
function importsOfProduct(): (readonly [string, string])[] {
  return ['packages', 'apps'].flatMap((house) =>
    readdirSync(join(root, house), { recursive: true, encoding: 'utf8' })
      .filter(
        (name) => /(?<!\.(test|testing|contract|d))\.(ts|mjs)$/.test(name) && !name.includes('node_modules'),
      )
      .flatMap((name) => {
        const text = readFileSync(join(root, house, name), 'utf8')
        const from = pathToFileURL(join(root, house, name)).href
        const names = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^']+)'/gm)
        return [...names].map(([, named = '']) => [named, from] as const)
      }),
  )
}

it('every module of this program is found where Node finds it', () => {
  const asked = importsOfProduct().filter(
    ([name]) => name.startsWith('.') || name.startsWith('@countersign/'),
  )
  expect(asked.length).toBeGreaterThan(1_000)
  expect(foundBy(asked, OWN_MODULES)).toEqual(foundBy(asked))
}, 60_000)
