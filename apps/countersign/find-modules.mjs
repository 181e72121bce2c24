/**
 * Finds modules by their names where the answer is certain, and where Node would ask the disk at every import statement
 * again: whether the file is there, what it is a link to, and what the package.json above it says. That was a quarter of
 * the work of a start. All modules of this program are TypeScript and ES modules, lie where their name says and are
 * imported by it (`scripts/architecture.test.ts`, `scripts/exports.test.ts`). Of other packages: what lies in one folder
 * is under one package.json, so where one file was found to be an ES module its neighbours are. The first of each is found by Node.
 */
// Not by name: it is not declared stable, and a Node without it starts as well, more slowly (docs/decisions/033).
import * as node from 'node:module'

const OURS = /^(@countersign\/[^/]+\/)(.+)$/

/** Where each of our packages lies, with a slash at the end. */
const packages = new Map()
/** Folders of other packages whose `.js` files are ES modules, with a slash at the end. */
const folders = new Set()

node.registerHooks?.({
  resolve(specifier, context, nextResolve) {
    if (specifier.startsWith('.')) return relative(specifier, context, nextResolve)
    const [, name, path] = OURS.exec(specifier) ?? []
    return name === undefined
      ? nextResolve(specifier, context)
      : ofOurs(name, path, () => nextResolve(specifier, context))
  },
})

function relative(specifier, context, nextResolve) {
  const isOurs = specifier.endsWith('.ts')
  if (!isOurs && !specifier.endsWith('.js')) return nextResolve(specifier, context)
  const { href } = new URL(specifier, context.parentURL)
  if (isOurs) return found(href, 'module-typescript')
  const folder = href.slice(0, href.lastIndexOf('/') + 1)
  if (folders.has(folder)) return found(href, 'module')
  const first = nextResolve(specifier, context)
  if (first.format === 'module' && first.url === href) folders.add(folder)
  return first
}

function ofOurs(name, path, askNode) {
  const folder = packages.get(name)
  if (folder !== undefined) return found(`${folder}${path}.ts`, 'module-typescript')
  const first = askNode()
  if (first.format === 'module-typescript' && first.url.endsWith(`/${path}.ts`))
    packages.set(name, first.url.slice(0, -`${path}.ts`.length))
  return first
}

function found(url, format) {
  return { url, format, shortCircuit: true }
}
