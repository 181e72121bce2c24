// Builds the command with all its services into one folder, `apps/countersign/dist`, that needs neither the sources nor what they
// stand on: `node scripts/build-bundle.mjs`, or `buildBundle()` for a test. The image is made of it, and `npm pack` makes a package
// of it. `--out=DIR` builds elsewhere, `--with-modules` lays what stays outside beside it, so that it runs where it is. It asks no
// network.
//
// In the folder every file that is read by its place has the place that it has in the repository, and a module finds it as it
// does there: what it knows as its own address is where it would lie, though its code stands in a chunk beside the entry.
import { randomUUID } from 'node:crypto'
import { chmod, copyFile, cp, glob, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { appsWithPages, buildPages, builtFiles } from './build-pages.mjs'
import { copyPackages, licencesOf, manifestOf, neededBy, packageOf } from './installed-packages.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const COMMAND = 'apps/countersign'

/** Packages that stay as they are installed, and why. */
export const OUTSIDE = {
  '@fastify/swagger-ui': 'serves the files of the Swagger page, which lie beside it',
  '@node-rs/argon2': 'is native code',
  '@pushcorn/hocon-parser': 'finds its parts by names that it makes while it reads',
  // Loaded by a name that the build does not see, where a key lies with one of them (docs/decisions/011).
  pkcs11js: 'is native code, and brought by those who have a PKCS#11 token',
  '@aws-sdk/client-kms': 'is brought by those who have a key in AWS KMS',
  // Asked for by packages that go without it.
  'pg-native': 'is native code that pg can do without',
}
/** What comes with the bundle: the others are for those who need them. */
const BROUGHT = ['@fastify/swagger-ui', '@node-rs/argon2', '@pushcorn/hocon-parser']

const SHEETS = 'packages/ui/{style,page,elements}/*.css'
/** Our modules that know where they are, and which files they read by it. One that is not named here fails the build. */
const READ_BY_PLACE = {
  // Where the compile cache lies, which program is an instance, and whether this is a checkout.
  'apps/countersign/compile-cache.mjs': [],
  'apps/countersign/fill-compile-cache.mjs': [],
  'apps/countersign/cluster/service-process.ts': [],
  'apps/countersign/missing-pages.ts': [],
  'apps/countersign/lan/show-anchor.ts': [SHEETS, 'apps/countersign/lan/anchor-page.css'],
  'apps/repository/site/style-sheet.ts': [SHEETS, 'apps/repository/site/site.css'],
  // The pages, which all go in.
  'apps/portal/main.ts': [],
  'apps/web-wallet/main.ts': [],
}
/** Modules of others that name their own place, and what for. One that is not named here fails the build. */
const HARMLESS = {
  '@fastify/swagger/lib/util/read-package-json.js': 'for a title, where none is given',
  'pino/lib/transport.js': 'for a worker thread; ours logs on the main one',
  'thread-stream/index.js': 'the same',
  'undici/index.js': 'for a stack, if it is there',
}

/** Resolves to the names of the packages that went in, the milliseconds and the bytes. */
export async function buildBundle({ out = join(ROOT, COMMAND, 'dist'), withModules = false } = {}) {
  const startedAt = performance.now()
  await buildPages()
  const made = join(dirname(out), `.dist-${randomUUID()}`)
  try {
    const { output, packages } = await bundle(made)
    await copyFiles(made)
    await writeManifest(made)
    await writeLicences(made, packages)
    if (withModules) await copyPackages(ROOT, neededBy(ROOT, BROUGHT), made)
    await rm(out, { recursive: true, force: true })
    await rename(made, out)
    const bytes = output.reduce((sum, { code = '' }) => sum + Buffer.byteLength(code), 0)
    return { packages, bytes, ms: Math.round(performance.now() - startedAt) }
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}

async function bundle(dir) {
  const { rolldown } = await import('rolldown')
  const packages = new Set()
  await using build = await rolldown({
    // The cache is an entry, so that there is a file of its name: its owner is the owner of the program.
    input: Object.fromEntries(
      ['main', 'compile-cache', 'fill-compile-cache'].map((name) => [
        name,
        join(ROOT, COMMAND, `${name}.mjs`),
      ]),
    ),
    platform: 'node',
    external: (id) => Object.keys(OUTSIDE).some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [places(packages)],
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message)
    },
  })
  const { output } = await build.write({
    dir,
    format: 'esm',
    // Not minified: stacks in a log name what they name in the sources, and a start takes the same time.
    minify: false,
    comments: { legal: false, annotation: false, jsdoc: false },
    entryFileNames: `${COMMAND}/[name].mjs`,
    chunkFileNames: `${COMMAND}/[name].js`,
  })
  await chmod(join(dir, COMMAND, 'main.mjs'), 0o755)
  return { output, packages: [...packages] }
}

/** Tells each of our modules where it would lie in the folder, and notes the packages that go in. */
function places(packages) {
  return {
    name: 'places',
    // Finds modules in the sources without asking the disk; here there is nothing to find.
    load: (id) => (id === join(ROOT, COMMAND, 'find-modules.mjs') ? 'export {}' : undefined),
    transform(code, id) {
      // What the bundler adds itself is no file.
      if (!id.startsWith(ROOT)) return undefined
      const path = relative(ROOT, id).replaceAll('\\', '/')
      const [name, within] = packageOf(path) ?? []
      if (name !== undefined) {
        packages.add(path.slice(0, -within.length - 1))
        if (/\b(?:__dirname|__filename|import\.meta\.(?:url|dirname|filename))\b/.test(code))
          mustBeKnown(`${name}/${within}`, HARMLESS)
        return undefined
      }
      if (!/\bimport\.meta\b/.test(code)) return undefined
      mustBeKnown(path, READ_BY_PLACE)
      const address = `new URL(${JSON.stringify(`../../${path}`)}, import.meta.url).href`
      return { code: code.replaceAll('import.meta.url', address), map: null }
    },
  }
}

function mustBeKnown(module, known) {
  if (!Object.hasOwn(known, module))
    throw new Error(`${module} asks where it lies: what it reads there has to be in scripts/build-bundle.mjs`)
}

async function copyFiles(out) {
  const patterns = new Set(Object.values(READ_BY_PLACE).flat())
  const read = await Promise.all([...patterns].map(filesFor))
  const pages = await Promise.all(appsWithPages().map((app) => builtFiles(app)))
  for (const path of [...read, ...pages].flat()) {
    await mkdir(join(out, dirname(path)), { recursive: true })
    await copyFile(join(ROOT, path), join(out, path))
  }
}

async function filesFor(pattern) {
  const found = await Array.fromAsync(glob(pattern, { cwd: ROOT }))
  if (found.length === 0) throw new Error(`there is no ${pattern}`)
  return found
}

async function writeManifest(out) {
  const { engines } = manifestOf(ROOT)
  const { name, version, description, license, type } = manifestOf(join(ROOT, COMMAND))
  const dependencies = Object.fromEntries(
    BROUGHT.map((one) => [one, manifestOf(join(ROOT, 'node_modules', one)).version]),
  )
  const bin = { countersign: `${COMMAND}/main.mjs` }
  const manifest = { name, version, description, license, type, engines, bin, dependencies }
  await writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Of what went into the modules, and into the pages. */
async function writeLicences(out, packages) {
  const ofPages = ['packages/ui', 'apps/web-wallet', 'apps/portal']
    .flatMap((folder) => Object.keys(manifestOf(join(ROOT, folder)).dependencies))
    .filter((name) => !name.startsWith('@countersign/'))
  const all = new Set([...packages, ...neededBy(ROOT, ofPages)])
  await cp(join(ROOT, 'LICENSE'), join(out, 'LICENSE'))
  await writeFile(join(out, 'THIRD-PARTY-LICENSES'), licencesOf(ROOT, [...all]))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, 'with-modules': { type: 'boolean' } } })
  const { packages, bytes, ms } = await buildBundle({ out: values.out, withModules: values['with-modules'] })
  console.log(
    `bundled with ${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB, in ${(ms / 1000).toFixed(1)} s`,
  )
}
