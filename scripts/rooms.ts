/**
 * Every folder that is a room, and the rooms that it may import. A file is in the room of its folder, unless a row names the
 * file itself: `main.ts` and `build.ts` put an app together, so they stand above its folders. The arrows are those of
 * ARCHITECTURE.md; `architecture.test.ts` holds the code to them, and them to each other: no row without use, no circle.
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

/** Houses of tests: what each may know of the others, beside the whole product. */
export const TEST_HOUSES: Readonly<Record<string, readonly string[]>> = {
  testing: [],
  e2e: ['testing'],
  interop: ['testing'],
  bench: ['testing'],
  scripts: ['testing'],
}
