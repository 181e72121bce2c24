/** The dependency rule of ARCHITECTURE.md: reads the imports and prints the arrow that breaks it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import pureTypes from '../tsconfig.pure.json' with { type: 'json' }
import type { Outside } from './room.ts'
import { goesWithoutSaying, ROOMS, TEST_HOUSES } from './rooms.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const houses = ['packages', 'apps', ...Object.keys(TEST_HOUSES)]

interface Arrow {
  readonly from: string
  readonly to: string
  readonly shown: string
}

interface Source {
  readonly path: string
  readonly text: string
}

const files: readonly Source[] = houses.flatMap(listed).map((path) => ({ path, text: codeOf(path) }))
const paths = new Set(files.map(({ path }) => path))
const product = files.filter(({ path }) => isProduct(path))
const arrows: readonly Arrow[] = files.flatMap(arrowsOf)
const roomsBelow = roomsImported()

describe('the dependency rule', () => {
  it('every folder of the product is a room with a row', () => {
    expect([...new Set(product.map(({ path }) => roomOf(path)))].filter((room) => !ROOMS[room])).toEqual([])
  })

  for (const [room, { imports }] of Object.entries(ROOMS)) {
    it(`${room} imports nothing above or beside it`, () => {
      const between = arrows.filter((arrow) => isProduct(arrow.from) && roomOf(arrow.from) === room)
      const broken = between.filter(({ to }) => !mayImport(room, imports, roomOf(to)))
      expect(broken.map(({ shown }) => shown)).toEqual([])
    })
  }

  it('no row allows what nobody needs, or what goes without saying', () => {
    const idle = Object.entries(ROOMS).flatMap(([room, { imports }]) =>
      imports
        .filter((to) => !roomsBelow.get(room)?.has(to) || goesWithoutSaying(room, to))
        .map((to) => `${room} → ${to}`),
    )
    expect(idle).toEqual([])
  })

  it('rooms stand on each other without a circle', () => {
    const below = new Map([...roomsBelow].map(([room, others]) => [room, [...others]] as const))
    expect(circleIn(below)).toEqual([])
  })

  it('files import each other without a circle, types included', () => {
    expect(
      circleIn(
        Map.groupBy(arrows, ({ from }) => from),
        ({ to }) => to,
      ),
    ).toEqual([])
  })

  it('product code takes from outside what its room may', () => {
    const foreign = product.flatMap(({ path, text }) =>
      specifiersIn(text)
        .filter((name) => !name.startsWith('.') && !name.startsWith('@countersign/'))
        .filter((name) => !isAllowedOutside(name, ROOMS[roomOf(path)]?.outside ?? 'pure'))
        .map((name) => `${path} → ${name}`),
    )
    expect(foreign).toEqual([])
  })

  it('pure rooms know no clock and no randomness', () => {
    const impure = /\b(Date\.now|Math\.random)\b|\bnew Date\(\)/
    const found = product
      .filter(({ path }) => isPure(path))
      .flatMap(({ path, text }) => text.split('\n').map((line) => ({ path, line })))
      .filter(({ line }) => impure.test(line))
      .map(({ path, line }) => `${path}: ${line.trim()}`)
    expect(found).toEqual([])
  })

  // `tsconfig.pure.json` knows no other platform than `platform.d.ts`.
  it('the compiler checks every pure package without a platform, and no other', () => {
    const inPackages = product.filter(({ path }) => path.startsWith('packages/') && isPure(path))
    const packages = new Set(inPackages.map(({ path }) => packageFolder(path)))
    const included: readonly string[] = pureTypes.include
    expect(included.toSorted()).toEqual(
      ['platform.d.ts', ...[...packages].map((folder) => `${folder}/**/*.ts`)].toSorted(),
    )
  })
})

describe('who may know whom, beside the rooms', () => {
  const between = (isFrom: (path: string) => boolean, isTo: (path: string) => boolean) =>
    arrows.filter(({ from, to }) => isFrom(from) && isTo(to)).map(({ shown }) => shown)

  it('http/ of an app is imported by what puts it together alone', () => {
    const ownHttp = /^apps\/[^/]+\/(http\/|main\.ts|build\.ts)/
    expect(
      between(
        (from) => isProduct(from) && !ownHttp.test(from),
        (to) => /^apps\/[^/]+\/http\//.test(to),
      ),
    ).toEqual([])
  })

  it('engines and signers are chosen where a service is composed, and nowhere else', () => {
    const composes = /^(packages\/service\/compose\/|apps\/[^/]+\/main\.ts$)/
    const isChoice = /^packages\/(stores\/open-engine|keys\/open-signer)\.ts$/
    // A type of what was opened is no choice.
    const chosen = product.flatMap(({ path, text }) =>
      specifiersIn(withoutTypeImports(text))
        .map((name) => resolved(path, name))
        .filter((to) => to !== undefined && isChoice.test(to) && !composes.test(path))
        .map((to) => `${path} → ${to}`),
    )
    expect(chosen).toEqual([])
  })

  // What ends within the call that starts it (`execFile`, `spawnSync`) needs nobody to look after it. `scripts/*.mjs` run
  // before anything is installed.
  it('a program that outlives the call is started in one room, by tests and measurements too', () => {
    const starts = files.filter(
      ({ path, text }) =>
        !path.startsWith('packages/local-servers/process/') &&
        /^import (?!type)[^']*\b(?:spawn|fork|exec)\b[^']*'node:child_process'|import\('node:child_process/m.test(
          text,
        ),
    )
    expect(starts.map(({ path }) => path)).toEqual([])
  })

  // A schema alone would be most of what a page may weigh, and a service's code is not for browsers.
  it('pages take types from the APIs, and from services and stores nothing', () => {
    const taken = product
      .filter(({ path }) => isPage(path))
      .flatMap(({ path, text }) =>
        specifiersIn(withoutTypeImports(text))
          .map((name) => resolved(path, name))
          .filter((to) => to !== undefined && !isForPages(to))
          .map((to) => `${path} → ${to}`),
      )
    expect(taken).toEqual([])
  })

  it('the command is imported by no part of the product', () => {
    const command = (path: string) => path.startsWith('apps/countersign/')
    expect(between((from) => isProduct(from) && !command(from), command)).toEqual([])
  })

  it('product code imports no test and no helper of tests', () => {
    expect(between(isProduct, (to) => !isProduct(to))).toEqual([])
  })

  for (const [house, mayKnow] of Object.entries(TEST_HOUSES)) {
    it(`${house} knows ${['the product', ...mayKnow].join(' and ')}`, () => {
      const houseOf = (path: string) => path.split('/')[0] ?? ''
      const others = Object.keys(TEST_HOUSES).filter((name) => name !== house && !mayKnow.includes(name))
      expect(
        between(
          (from) => houseOf(from) === house,
          (to) => others.includes(houseOf(to)),
        ),
      ).toEqual([])
    })
  }
})

/** What the code of each room imports from others. */
function roomsImported(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const { from, to } of arrows) {
    const [room, other] = [roomOf(from), roomOf(to)]
    if (!isProduct(from) || room === other) continue
    found.set(room, (found.get(room) ?? new Set<string>()).add(other))
  }
  return found
}

function mayImport(room: string, row: readonly string[], other: string): boolean {
  return other === room || row.includes(other) || goesWithoutSaying(room, other)
}

function isAllowedOutside(name: string, outside: Outside): boolean {
  if (outside === 'pure') return false
  if (name.startsWith('node:')) return true
  return outside !== 'node' && outside.includes(packageOf(name))
}

function isPage(path: string): boolean {
  return /^(packages\/ui\/|apps\/[^/]+\/pages\/)/.test(path)
}

/** What runs in a browser: pages, and what is pure. */
function isForPages(path: string): boolean {
  return isPage(path) || isPure(path)
}

function isPure(path: string): boolean {
  return ROOMS[roomOf(path)]?.outside === 'pure'
}

function packageFolder(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

function roomOf(path: string): string {
  return ROOMS[path] ? path : dirname(path)
}

function arrowsOf({ path, text }: Source): readonly Arrow[] {
  return specifiersIn(text).flatMap((name) => {
    const to = resolved(path, name)
    return to === undefined || to === path ? [] : [{ from: path, to, shown: `${path} → ${to}` }]
  })
}

/** The file of ours that is meant; undefined for what comes from outside. */
function resolved(from: string, name: string): string | undefined {
  if (name.startsWith('.')) return [inRoot(join(root, dirname(from), name))].find((path) => paths.has(path))
  const [, house, rest] = /^@countersign\/([^/]+)\/(.+)$/.exec(name) ?? []
  return ['packages/', 'apps/', '']
    .flatMap((folder) => [`${folder}${house}/${rest}.ts`, `${folder}${house}/${rest}.tsx`])
    .find((path) => paths.has(path))
}

function inRoot(path: string): string {
  return relative(root, path).split(sep).join('/')
}

function specifiersIn(text: string): readonly string[] {
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^']+)'/gm)
  return [...found].map((match) => match[1] ?? '')
}

function withoutTypeImports(text: string): string {
  return text.replace(/^(?:import|export) type [\s\S]*?from '[^']+'/gm, '')
}

/** The first circle that is found, as the path along it; empty where there is none. */
function circleIn<T>(
  graph: ReadonlyMap<string, readonly T[]>,
  targetOf: (edge: T) => string = String,
): readonly string[] {
  const done = new Set<string>()
  const visit = (node: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node]
    if (done.has(node)) return []
    for (const edge of graph.get(node) ?? []) {
      const circle = visit(targetOf(edge), [...trail, node])
      if (circle.length > 0) return circle
    }
    done.add(node)
    return []
  }
  for (const node of graph.keys()) {
    const circle = visit(node, [])
    if (circle.length > 0) return circle
  }
  return []
}

function listed(house: string): readonly string[] {
  return readdirSync(join(root, house), { recursive: true, encoding: 'utf8' })
    .map((name) => `${house}/${name.split(sep).join('/')}`)
    .filter((name) => /\.tsx?$/.test(name) && !/\/(node_modules|\.venv|dist)\//.test(name))
}

/** Without comments: an import in one counts for nothing. */
function codeOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
    .join('\n')
}

function isProduct(path: string): boolean {
  return /^(packages|apps)\//.test(path) && !/(\.test|\.testing|\.contract)\.tsx?$|\/testing\//.test(path)
}
