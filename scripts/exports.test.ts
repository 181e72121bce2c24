/**
 * The doors of each workspace: `exports` of a package.json names the modules that other workspaces import, and those alone, so
 * what a package keeps for itself can change without anybody asking around. Tests are users like all others;
 * `testing/` is open to all of them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const users = ['packages', 'apps', 'testing', 'e2e', 'bench', 'interop', 'scripts']
const imported = Map.groupBy(users.flatMap(sourcesIn).flatMap(importsOf), ({ name }) => name)

describe('a workspace opens to others', () => {
  it.each(workspaces())('$name: the modules that they import, each by its own name', ({ name, folder }) => {
    const outside = (imported.get(name) ?? []).filter(({ from }) => !from.startsWith(`${folder}/`))
    const modules = [...new Set(outside.map(({ module }) => module))].sort()
    expect(exportsOf(folder)).toEqual(
      Object.fromEntries(modules.map((path) => [`./${path}`, `./${path}${extensionOf(folder, path)}`])),
    )
  })
})

interface Import {
  readonly from: string
  readonly name: string
  readonly module: string
}

function importsOf(from: string): readonly Import[] {
  const found = readFileSync(join(root, from), 'utf8').matchAll(
    /(?:\bfrom|\bimport|\bimport\()\s*'@countersign\/([a-z0-9-]+)\/([^']+)'/g,
  )
  return [...found].map(([, name = '', module = '']) => ({ from, name, module }))
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((name) => /\.(tsx?|mjs)$/.test(name) && !/\/(node_modules|\.venv)\//.test(name))
}

function workspaces(): readonly { readonly name: string; readonly folder: string }[] {
  const inFolder = (folder: string) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ name, folder: `${folder}/${name}` }))
  return [...inFolder('packages'), ...inFolder('apps')]
}

/** Components are written in JSX. */
function extensionOf(folder: string, module: string): string {
  return existsSync(join(root, folder, `${module}.tsx`)) ? '.tsx' : '.ts'
}

function exportsOf(folder: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).exports ?? {}
}
