/**
 * Fills the compile cache for a place where it cannot be written later, such as an image that runs read-only: loads every
 * module of the product, or every chunk of its bundle, with what it imports, and starts nothing. Node keeps the cache apart
 * by its own version, its flags and the user, so this runs with those of the services.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { flushCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import './compile-cache.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

if (getCompileCacheDir() === undefined) {
  process.stderr.write('the compile cache is off: its folder cannot be written, or others may write there\n')
  process.exit(1)
}
const modules = ['packages', 'apps'].flatMap((folder) => modulesBelow(join(ROOT, folder)))
for (const file of modules) {
  await import(pathToFileURL(file).href)
  await Promise.all(packagesOnDemand(file).map(loadIfInstalled))
}
flushCompileCache()
process.stdout.write(`${modules.length} modules of the product are compiled in ${getCompileCacheDir()}\n`)

function modulesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter(
      (name) =>
        /\.(?:ts|js)$/.test(name) &&
        !/\.d\.ts$|\.(test|testing|contract)\.ts$|(^|\/)node_modules\//.test(name) &&
        !isForBrowsers(name),
    )
    .map((name) => join(folder, name))
}

/** Pages, and what they share: they are bundled, and no process of ours loads them. */
function isForBrowsers(name) {
  return /^ui\/|^[\w-]+\/(pages|dist)\//.test(name)
}

/** Packages that a module loads within a function. */
function packagesOnDemand(file) {
  return [...readFileSync(file, 'utf8').matchAll(/\bimport\((['"])([^'".][^'"]*)\1\)/g)].map(
    ([, , name]) => name,
  )
}

/** Some are optional, such as those of key services. */
async function loadIfInstalled(name) {
  await import(name).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  })
}
