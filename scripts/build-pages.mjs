// Builds the pages of every app that has some (`apps/*/pages/index.html`) into its `dist`: `node scripts/build-pages.mjs`, or
// `buildPages()` for a start. Nothing is done when what lies there was made of these very sources: a hash of them, of this
// build and of the packages that go in stands in `dist/.built`. It asks no network. Two at once wait for each other, and a
// service that starts meanwhile finds whole pages: files that are named by their contents come first, the first page last.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { buildWorker } from './build-worker.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** Beside an app's own: what its pages are made of. */
const SHARED = ['packages/ui', 'packages/core']
/** Kept by browsers together with the first page: what its headers are made by, and what decides which pages there are. */
const KEPT_WITH = [
  'packages/service/http/pages/page-policy.ts',
  'apps/web-wallet/routes.ts',
  'scripts/build-worker.mjs',
]
const PACKAGES = ['preact', '@preact/signals', '@preact/signals-core', 'preact-iso', 'qr', 'vite']
const SOURCES = /\.(?:tsx?|css|html|svg|png|ico|webmanifest|json|txt)$/
const PACKED = /\.(?:js|css|html|svg|json|webmanifest)$/
const LONGEST_BUILD_MS = 120_000
/** Names those of this build. */
const FILES = '.files'
/** Files of earlier builds stay as long as pages that were opened before may ask for them. */
const KEPT_MS = 24 * 3_600_000

/** Resolves to the names of the apps that were built, and the milliseconds that it took. `tell`: a line of what it does. */
export async function buildPages({ root = ROOT, tell = () => {}, only } = {}) {
  const startedAt = performance.now()
  const built = []
  for (const app of appsWithPages(root)) {
    if (only !== undefined && !only.includes(app)) continue
    const hash = sourcesHash(root, app)
    if (builtHash(root, app) === hash) continue
    if (await builtBy(root, app, hash, tell)) built.push(app)
  }
  return { built, ms: Math.round(performance.now() - startedAt) }
}

export function appsWithPages(root = ROOT) {
  return readdirSync(join(root, 'apps')).filter((app) =>
    existsSync(join(root, 'apps', app, 'pages/index.html')),
  )
}

async function builtBy(root, app, hash, tell) {
  const folder = join(root, 'apps', app)
  const release = await locked(join(folder, '.building'))
  try {
    // Somebody else may have built it while we waited.
    if (builtHash(root, app) === hash) return false
    tell(`building the pages of ${app}`)
    const made = join(folder, `.dist-${randomUUID()}`)
    try {
      const pages = join(folder, 'pages')
      await bundle(pages, made)
      const manifest = await takenManifest(made)
      await addEarlyScript(pages, made, manifest)
      await buildWorker({
        pages,
        outDir: made,
        version: hash.slice(0, 16),
        filesOf: (part) => filesOf(manifest, part),
        common: { ...common(pages), target: BROWSERS },
      })
      await pack(made)
      await publish(made, join(folder, 'dist'), hash)
    } finally {
      await rm(made, { recursive: true, force: true })
    }
    return true
  } finally {
    await release()
  }
}

/** Browsers that have `light-dark()`, so that it stays as it was written. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5']
/**
 * Each file more would wait for its turn on a line: what every page begins with comes in one, and what several parts share; by itself
 * what the pages about their owner's affairs share, which nobody begins with.
 */
const CHUNKS = [
  { name: 'main', tags: ['$initial'], priority: 3 },
  { name: 'shared', minShareCount: 2, test: /^(?!.*\/(?:texts|scan|own)\/)/, priority: 2 },
  { name: 'own', minShareCount: 2, test: /\/own\//, priority: 1 },
]
/** Asks for what a page needs while the page's own script is on its way. */
const EARLY = 'early/early.ts'
const MANIFEST = '.vite/manifest.json'

async function bundle(pages, outDir) {
  const { build } = await import('vite')
  await build({
    ...common(pages),
    publicDir: join(pages, 'public'),
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    build: {
      outDir,
      emptyOutDir: true,
      manifest: MANIFEST,
      target: BROWSERS,
      cssTarget: BROWSERS,
      // One sheet an app: a page that is loaded later brings no flash of a page without a look.
      cssCodeSplit: false,
      // A small drawing weighs less within the sheet than another request for it.
      assetsInlineLimit: 3072,
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
      reportCompressedSize: false,
    },
  })
}

function common(pages) {
  return { configFile: false, root: pages, logLevel: 'warn', envDir: false }
}

/** Which files a module of the pages was built into: for the build alone. */
async function takenManifest(outDir) {
  const manifest = JSON.parse(await readFile(join(outDir, MANIFEST), 'utf8'))
  await rm(join(outDir, dirname(MANIFEST)), { recursive: true })
  return manifest
}

/**
 * Stands within the first page, so that it runs before anything else has come; the service tells browsers its hash. It is built by
 * itself, and told the names of the parts.
 */
async function addEarlyScript(pages, outDir, manifest) {
  const { build } = await import('vite')
  const parts = partsIn(manifest)
  const { output } = await build({
    ...common(pages),
    publicDir: false,
    define: { PARTS: JSON.stringify(parts) },
    build: {
      write: false,
      target: BROWSERS,
      rolldownOptions: { input: join(pages, EARLY), output: { format: 'iife' } },
    },
  })
  const code = output[0].code.trim().replaceAll('</', '<\\/')
  const index = join(outDir, 'index.html')
  const page = await readFile(index, 'utf8')
  await writeFile(
    index,
    page.replace('<script type="module"', (tag) => `<script>${code}</script>\n    ${tag}`),
  )
}

/** By the module, as it is called from the pages' folder: the files that it needs beside those of the first page. */
function partsIn(manifest) {
  const first = new Set(filesOf(manifest, 'index.html'))
  const later = Object.entries(manifest).filter(([, { isDynamicEntry }]) => isDynamicEntry)
  return Object.fromEntries(
    later.map(([name]) => [name, filesOf(manifest, name).filter((file) => !first.has(file))]),
  )
}

function filesOf(manifest, name) {
  const { file, imports = [] } = manifest[name]
  return [...new Set([`/${file}`, ...imports.flatMap((one) => filesOf(manifest, one))])]
}

/** Beside each file its smaller forms, where they are smaller. */
async function pack(folder) {
  for (const name of await namesIn(folder)) {
    if (!PACKED.test(name)) continue
    const contents = await readFile(join(folder, name))
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
    const forms = { br: brotliCompressSync(contents, quality), gz: gzipSync(contents, { level: 9 }) }
    for (const [suffix, form] of Object.entries(forms))
      if (form.length < contents.length) await writeFile(join(folder, `${name}.${suffix}`), form)
  }
}

async function publish(made, dist, hash) {
  const names = await namesIn(made)
  const isFirstPage = (name) => name.startsWith('index.html')
  for (const name of names.toSorted((a, b) => Number(isFirstPage(a)) - Number(isFirstPage(b)))) {
    const target = join(dist, name)
    await mkdir(dirname(target), { recursive: true })
    const fresh = `${target}.${randomUUID()}.tmp`
    await copyFile(join(made, name), fresh)
    await rename(fresh, target)
  }
  await writeFile(join(dist, FILES), JSON.stringify(names))
  await writeFile(join(dist, '.built'), hash)
  await sweep(dist, new Set(names))
}

/** The files of the pages as they were built last, without those of earlier builds; paths in the repository. */
export async function builtFiles(app, root = ROOT) {
  const dist = join('apps', app, 'dist')
  const names = JSON.parse(await readFile(join(root, dist, FILES), 'utf8'))
  return names.map((name) => join(dist, name))
}

async function sweep(dist, kept) {
  for (const name of await namesIn(dist)) {
    if (kept.has(name) || name === '.built' || name === FILES) continue
    const { mtimeMs } = await stat(join(dist, name))
    const isHashed = name.startsWith('assets/') && !name.endsWith('.tmp')
    if (!isHashed || Date.now() - mtimeMs > KEPT_MS) await rm(join(dist, name), { force: true })
  }
}

async function namesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/'))
}

/** One builder at a time; whose process is gone holds nothing. */
async function locked(file) {
  for (;;) {
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(String(process.pid))
      await handle.close()
      return () => rm(file, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''))
    const since = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    )
    const isLeft = holder > 0 ? !isRunning(holder) : Date.now() - since > LONGEST_BUILD_MS
    if (isLeft) await rm(file, { force: true })
    await delay(200)
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function builtHash(root, app) {
  try {
    return readFileSync(join(root, 'apps', app, 'dist/.built'), 'utf8')
  } catch {
    return undefined
  }
}

function sourcesHash(root, app) {
  const hash = createHash('sha256')
  for (const folder of [`apps/${app}/pages`, ...SHARED]) {
    for (const name of sourcesIn(join(root, folder)))
      hash
        .update(`${folder}/${name}\0`)
        .update(readFileSync(join(root, folder, name)))
        .update('\0')
  }
  hash.update(readFileSync(fileURLToPath(import.meta.url)))
  for (const name of KEPT_WITH) hash.update(readFileSync(join(root, name)))
  for (const name of PACKAGES) hash.update(`${name}@${versionOf(root, name)}\0`)
  return hash.digest('hex')
}

function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter(
      (name) =>
        SOURCES.test(name) && !/(?:^|\/)(?:node_modules|dist|\.dist-[^/]*)\/|\.test\.tsx?$/.test(name),
    )
    .toSorted()
}

function versionOf(root, name) {
  try {
    return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
  } catch {
    return 'absent'
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { built, ms } = await buildPages({ tell: (line) => console.log(line) })
  if (built.length > 0) console.log(`built ${built.join(', ')} in ${(ms / 1000).toFixed(1)} s`)
  else if (!process.argv.includes('--quiet')) console.log('the pages are those of these sources')
}
