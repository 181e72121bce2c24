// The service worker of an app's pages, where it has one (`pages/offline/service-worker.ts`): one file, `sw.js`, under a name that
// stays, with the names of what it keeps written into it. That is what `pages/offline/shell.json` names with all that it imports -
// no more, since everybody who comes once loads it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `chunks`: of the build whose pages lie in `outDir`. `version`: changes with anything that the pages are made of. */
export async function buildWorker({ pages, outDir, chunks, version, target }) {
  const entry = join(pages, 'offline/service-worker.ts')
  if (!existsSync(entry)) return
  const { build } = await import('vite')
  await build({
    configFile: false,
    root: pages,
    publicDir: false,
    logLevel: 'warn',
    envDir: false,
    define: { SHELL: JSON.stringify(shellOf(pages, chunks, version)) },
    build: {
      outDir,
      emptyOutDir: false,
      target,
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: { input: entry, output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  })
}

function shellOf(pages, chunks, version) {
  const { files, parts } = JSON.parse(readFileSync(join(pages, 'offline/shell.json'), 'utf8'))
  const scripts = new Map(
    chunks.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]),
  )
  const isPart = ({ facadeModuleId }) => parts.some((part) => facadeModuleId?.endsWith(`/${part}`))
  const missing = parts.filter(
    (part) => ![...scripts.values()].some((one) => one.facadeModuleId?.endsWith(`/${part}`)),
  )
  if (missing.length > 0) throw new Error(`the shell names parts that are none: ${missing.join(', ')}`)
  const entry = [...scripts.values()].find(({ isEntry }) => isEntry).fileName
  const queue = [entry, ...[...scripts.values()].filter(isPart).map(({ fileName }) => fileName)]
  const found = new Set()
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue
    found.add(name)
    queue.push(...scripts.get(name).imports.filter((imported) => scripts.has(imported)))
  }
  const looks = chunks.map(({ fileName }) => fileName).filter((name) => /\.(?:css|svg)$/.test(name))
  return {
    version,
    entry: `/${entry}`,
    files: [...[...found, ...looks].map((name) => `/${name}`).toSorted(), ...files],
  }
}
