/**
 * Finds the modules of this program by their names, where Node would ask the disk at every import statement again: whether
 * the file is there, what it is a link to, and what the package.json above it says. That was a fifth of the work of a
 * start. All of ours are TypeScript and ES modules, lie where their name says and are imported by it
 * (`scripts/architecture.test.ts`, `scripts/exports.test.ts`). Everything else is found as Node finds it, and so is the
 * first module of each of our packages, which says where the package lies.
 */
import { registerHooks } from 'node:module'

const OURS = /^(@countersign\/[^/]+\/)(.+)$/
const FORMAT = 'module-typescript'

/** Where each of our packages lies, with a slash at the end. */
const folders = new Map()

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier.startsWith('.') && specifier.endsWith('.ts'))
      return found(new URL(specifier, context.parentURL).href)
    const [, name, path] = OURS.exec(specifier) ?? []
    if (name === undefined) return nextResolve(specifier, context)
    const folder = folders.get(name)
    if (folder !== undefined) return found(`${folder}${path}.ts`)
    const first = nextResolve(specifier, context)
    if (first.format === FORMAT && first.url.endsWith(`/${path}.ts`))
      folders.set(name, first.url.slice(0, -`${path}.ts`.length))
    return first
  },
})

function found(url) {
  return { url, format: FORMAT, shortCircuit: true }
}
