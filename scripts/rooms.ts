/**
 * Every folder that is a room, and the rooms that it may import. A file is in the room of its folder, unless a row names the
 * file itself: `main.ts` and `build.ts` put an app together, so they stand above its folders. The arrows are those of
 * ARCHITECTURE.md; `architecture.test.ts` holds the code to them: no arrow without a row, no row without use, no circle.
 */

import { APP_ROOMS } from './app-rooms.ts'
import { PACKAGE_ROOMS } from './package-rooms.ts'
import type { Room } from './room.ts'

const withFolder = (rows: Readonly<Record<string, Room>>): Readonly<Record<string, Room>> =>
  Object.fromEntries(
    Object.entries(rows).map(([name, { imports, outside }]) => [
      inPackages(name),
      { imports: imports.map(inPackages), outside },
    ]),
  )

function inPackages(name: string): string {
  return name.startsWith('apps/') ? name : `packages/${name}`
}

/** The product. */
export const ROOMS: Readonly<Record<string, Room>> = withFolder({ ...PACKAGE_ROOMS, ...APP_ROOMS })

/**
 * Arrows that need no row, because they follow from what a room is: everybody may import `core`; an area of an app what the whole
 * app knows; `http/` the areas below it; `build.ts` and `main.ts` all that they put together; pages what those of all apps share,
 * and their own texts.
 */
export function goesWithoutSaying(from: string, to: string): boolean {
  if (to === 'packages/core') return true
  const app = /^apps\/[^/]+/.exec(from)?.[0]
  if (app === undefined) return false
  const area = from.slice(app.length + 1)
  const isOwn = to.startsWith(`${app}/`)
  if (isIn('pages', area)) {
    const isTexts = to === `${app}/pages/text` || to === `${app}/pages/texts`
    return to.startsWith('packages/ui/') || isTexts || (area === 'pages' && isOwn)
  }
  const toArea = to.slice(app.length + 1)
  if (to === app) return area !== ''
  if (!isOwn || isIn('pages', toArea)) return false
  if (area === 'main.ts') return true
  if (area === 'build.ts') return toArea !== 'main.ts'
  return isIn('http', area) && !isIn('http', toArea) && !toArea.endsWith('.ts')
}

function isIn(folder: string, area: string): boolean {
  return area === folder || area.startsWith(`${folder}/`)
}

/** Houses of tests: what each may know of the others, beside the whole product. */
export const TEST_HOUSES: Readonly<Record<string, readonly string[]>> = {
  testing: [],
  e2e: ['testing'],
  interop: ['testing'],
  bench: ['testing'],
  scripts: ['testing'],
}
