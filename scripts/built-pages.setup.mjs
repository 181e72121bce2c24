// Before tests that start services of pages: their pages are those of the sources that are tested.
import { buildPages } from './build-pages.mjs'

export async function setup() {
  await buildPages({ tell: (line) => console.log(line) })
}
