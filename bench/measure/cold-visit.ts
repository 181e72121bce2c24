/**
 * One visit to a page on a slow phone, with a slow line and a slow processor (`CONDITIONS`): by somebody who was never there and has
 * nothing in the cache, or once more by somebody whose browser keeps the pages in their service worker. A page that does what no page may - an error, another origin - stops the run: it must not be measured.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import {
  cumulativeShift,
  OBSERVER,
  type PageSpeed,
  SLOWEST_INTERACTION,
  SPEED,
  STEADY_PICTURES,
  settledFor,
} from './page-observer.ts'

/** Those under which the budgets of the pages were set. */
export const CONDITIONS = {
  roundTripMs: 150,
  bitsPerSecond: 1_600_000,
  /** Times slower than this machine. */
  cpu: 4,
} as const

/** After the largest thing was painted: something larger may follow that was asked for by it. */
const SETTLED_MS = 700

/** So long nobody looks into the page: looking is work that the page's own processor does, at the moment that is measured. */
const UNDISTURBED_MS = 1_500

export interface Act {
  readonly name: string
  /** Presses or types; resolves when what it leads to is there. */
  run(page: Page): Promise<void>
}

export interface Visit {
  readonly path: string
  /** What shows that the page is there. */
  ready(page: Page): Locator
  readonly acts?: readonly Act[]
}

export type Storage = Awaited<ReturnType<BrowserContext['storageState']>>

export interface Visited {
  readonly largestMs: number
  readonly largest: string
  readonly shift: number
  /** What moved most, for people. */
  readonly shifted: string
  /** By the name of the act. */
  readonly interactions: ReadonlyMap<string, number>
}

export interface Visitor {
  /** Of somebody who is logged in; their cache is empty all the same. */
  readonly storage?: Storage | undefined
  /** They were there before. */
  readonly comesBack?: boolean | undefined
}

export async function oneVisit(
  browser: Browser,
  origin: string,
  visit: Visit,
  { comesBack = false, storage }: Visitor = {},
): Promise<Visited> {
  const options = { serviceWorker: comesBack, ...(storage !== undefined && { storage }) }
  const watched = await watchedPage(browser, origin, options)
  try {
    const { page } = watched
    if (comesBack) {
      await page.goto(visit.path)
      await visit.ready(page).waitFor()
      await page.evaluate('navigator.serviceWorker.ready')
    }
    await page.addInitScript(OBSERVER)
    await slowDown(watched)
    await page.goto(visit.path, { waitUntil: 'commit' })
    await delay(UNDISTURBED_MS)
    await visit.ready(page).waitFor()
    await page.evaluate(settledFor(SETTLED_MS))
    const { largest, largestMs } = await page.evaluate<PageSpeed>(SPEED)
    const interactions = new Map<string, number>()
    await page.evaluate(STEADY_PICTURES)
    for (const act of visit.acts ?? []) {
      await act.run(page)
      interactions.set(act.name, await page.evaluate<number>(SLOWEST_INTERACTION))
    }
    const { shifts } = await page.evaluate<PageSpeed>(SPEED)
    const problems = watched.problems()
    if (problems.length > 0) throw new Error(`${visit.path}: ${problems.join('; ')}`)
    const [most] = shifts.toSorted((a, b) => b.value - a.value)
    return {
      largest,
      largestMs,
      shift: cumulativeShift(shifts),
      shifted: most?.what ?? 'nothing',
      interactions,
    }
  } finally {
    await watched.close()
  }
}

export async function slowDown({ context, page }: Pick<WatchedPage, 'context' | 'page'>): Promise<void> {
  const devtools = await context.newCDPSession(page)
  const bytesPerSecond = CONDITIONS.bitsPerSecond / 8
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: CONDITIONS.roundTripMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  })
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CONDITIONS.cpu })
}

/** As a finger does: by place, without what a test's own click does beside it within the page. */
export async function press(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  await target.scrollIntoViewIfNeeded()
  const box = await target.boundingBox()
  if (box === null) throw new Error(`not to be seen: ${String(target)}`)
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
}
