/**
 * How fast pages are for somebody who was never there, or comes back, on a slow phone (`measure/cold-visit.ts`): when the largest thing is painted,
 * how much moves by itself, how long the slowest press takes until the next picture. Beside each visit stands one to a bare page.
 */
import { type BarePage, startBarePage } from '../limit/bare-page.ts'
import { type PagesOf, portalPages, walletPages } from '../load/page-visits.ts'
import { oneVisit, press, type Visit, type Visited } from '../measure/cold-visit.ts'
import { type Budget, figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'

const LARGEST_SECONDS = { wallet: 1.0, portal: 1.2 } as const
/** Of somebody who was there before. */
const ONCE_MORE_SECONDS = 0.4
const SHIFT = 0.02
const INTERACTION_MS = 100

type Site = keyof typeof LARGEST_SECONDS

const atMost = (bound: number): Budget => ({ of: 'measured', at: 'p75', relation: 'at_most', bound })

export async function pageFigures(stand: Stand): Promise<readonly Row[]> {
  const cluster = await stand.cluster()
  const browser = await stand.browser()
  const bare = stand.keep(await startBarePage())
  return [
    ...(await siteFigures(stand, 'wallet', await walletPages(cluster, browser), bare)),
    ...(await siteFigures(stand, 'portal', await portalPages(cluster), bare)),
  ]
}

/** By page, in the order of the rounds. */
type Visits = ReadonlyMap<string, readonly Visited[]>

async function siteFigures(
  stand: Stand,
  site: Site,
  { origin, pages }: PagesOf,
  bare: BarePage,
): Promise<readonly Row[]> {
  const browser = await stand.browser()
  const visits = new Map(pages.map(({ what }) => [what, [] as Visited[]]))
  const bareVisits: Visited[] = []
  for (let round = 0; round < stand.settings.pageVisits; round++) {
    bareVisits.push(await oneVisit(browser, bare.origin, BARE))
    for (const { visit, what, ...visitor } of pages) {
      visits.get(what)?.push(await oneVisit(browser, origin, await visit(), visitor))
    }
  }
  return [
    ...largestFigures(site, pages, visits, bareVisits),
    shiftFigure(site, visits),
    interactionFigure(site, visits, bareVisits),
  ]
}

const BARE: Visit = {
  path: '/',
  ready: (page) => page.getByRole('heading', { level: 1 }),
  acts: [{ name: 'press', run: (page) => press(page, page.getByRole('button')) }],
}

function largestFigures(
  site: Site,
  pages: PagesOf['pages'],
  visits: Visits,
  bare: readonly Visited[],
): readonly Row[] {
  const limit = bare.map(({ largestMs }) => largestMs / 1_000)
  return pages.map(({ comesBack = false, what }) => {
    const all = visits.get(what) ?? []
    const measured = all.map(({ largestMs }) => largestMs / 1_000)
    return figure({
      what: `${site}, ${what}: largest thing painted`,
      unit: 's',
      measured,
      limit,
      ratio: ratios(measured, limit),
      budget: atMost(comesBack ? ONCE_MORE_SECONDS : LARGEST_SECONDS[site]),
      note: [...new Set(all.map(({ largest }) => largest))].join(' | '),
    })
  })
}

/** Of each round the page that moves most. */
function shiftFigure(site: Site, visits: Visits): Row {
  const worst = worstOf(visits, ({ shift, shifted }) => [[shifted, shift]])
  return figure({
    what: `${site}: layout shift of the page that moves most`,
    unit: '',
    measured: worst.map(({ value }) => value),
    budget: atMost(SHIFT),
    note: worst.map(({ name, value }) => `${name} ${value.toFixed(4)}`).join(', '),
  })
}

/** Of each round the press that took longest. */
function interactionFigure(site: Site, visits: Visits, bare: readonly Visited[]): Row {
  const worst = worstOf(visits, ({ interactions }) => [...interactions])
  const measured = worst.map(({ value }) => value)
  const limit = bare.map(({ interactions }) => Math.max(...interactions.values()))
  return figure({
    what: `${site}: slowest interaction`,
    unit: 'ms',
    measured,
    limit,
    ratio: ratios(measured, limit),
    budget: atMost(INTERACTION_MS),
    note: worst.map(({ name, value }) => `${name} ${value} ms`).join(', '),
  })
}

interface Worst {
  readonly name: string
  readonly value: number
}

function worstOf(
  visits: Visits,
  valuesOf: (visited: Visited) => readonly (readonly [string, number])[],
): readonly Worst[] {
  const rounds = Math.max(...[...visits.values()].map(({ length }) => length))
  return Array.from({ length: rounds }, (_, round) =>
    [...visits]
      .flatMap(([what, all]) => {
        const visited = all[round]
        return visited === undefined
          ? []
          : valuesOf(visited).map(([name, value]) => ({ name: `${what}, ${name}`, value }))
      })
      .reduce((worst, one) => (one.value > worst.value ? one : worst), { name: 'none', value: 0 }),
  )
}

function ratios(measured: readonly number[], limit: readonly number[]): readonly number[] {
  return measured.map((value, at) => value / (limit[at] ?? Number.NaN))
}
