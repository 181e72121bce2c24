// The service worker of an app's pages, where it has one (`pages/offline/service-worker.ts`): one file, `sw.js`, under a name that
// stays, with the names of what it keeps written into it. That is the first page, and what `pages/offline/shell.json` names with all
// that it imports - no more, since everybody who comes once loads it.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * `outDir`: where the pages lie. `filesOf`: those that a module was built into. `version`: changes with anything that the pages
 * are made of.
 */
export async function buildWorker({ pages, outDir, version, filesOf, common: { target, ...common } }) {
  const input = join(pages, 'offline/service-worker.ts')
  if (!existsSync(input)) return
  const { build } = await import('vite')
  const { files, parts } = JSON.parse(await readFile(join(pages, 'offline/shell.json'), 'utf8'))
  const [entry, ...first] = filesOf('index.html')
  const looks = (await readdir(join(outDir, 'assets'))).filter((name) => /\.(?:css|svg)$/.test(name))
  const all = [
    entry,
    ...first,
    ...parts.flatMap(filesOf),
    ...looks.map((name) => `/assets/${name}`),
    ...files,
  ]
  await build({
    ...common,
    publicDir: false,
    define: { SHELL: JSON.stringify({ version, entry, files: [...new Set(all)] }) },
    build: {
      outDir,
      emptyOutDir: false,
      target,
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: { input, output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  })
}
