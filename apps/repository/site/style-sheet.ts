/** One style sheet for all pages: the look that the pages of all apps have, and what is the repository's own. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** A bundle has the sheets of these three folders of `packages/ui` and no other file of it (`scripts/build-bundle.mjs`). */
const SHARED = [
  'style/tokens.css',
  'style/base.css',
  'page/page.css',
  'elements/sheet.css',
  'elements/badge.css',
  'elements/notice.css',
]

const FILES = [
  ...SHARED.map((name) => new URL(`../../../packages/ui/${name}`, import.meta.url)),
  new URL('site.css', import.meta.url),
]

export async function styleSheet(): Promise<string> {
  const texts = await Promise.all(FILES.map((file) => readFile(fileURLToPath(file), 'utf8')))
  return texts.map(withoutComments).join('\n')
}

function withoutComments(css: string): string {
  return css.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\n/gm, '')
}
