/**
 * The pages of a checkout that never built any are built when they are wanted first. An image has them, and nothing to build
 * them with; where the build cannot run, the service that misses its pages says so.
 */
import { existsSync } from 'node:fs'
import { SERVICES } from './services.ts'

const root = new URL('../../', import.meta.url)

export async function buildMissingPages(print: (line: string) => void): Promise<void> {
  const script = new URL('scripts/build-pages.mjs', root)
  const missing = SERVICES.some(
    ({ name, serves }) => serves === 'pages' && !existsSync(new URL(`apps/${name}/dist/index.html`, root)),
  )
  if (!missing || !existsSync(script)) return
  const { buildPages } = (await import(script.href)) as BuildPages
  await buildPages({ tell: print }).catch((error: unknown) =>
    print(`the pages were not built: ${String(error)}`),
  )
}

interface BuildPages {
  buildPages(options: { readonly tell: (line: string) => void }): Promise<unknown>
}
