/**
 * A page of ours in a browser, with everything that no page of ours may do written down: an error in the console, a report of
 * its policy, a request to another origin, a dialog of the browser.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'

export interface WatchedPage {
  readonly page: Page
  readonly context: BrowserContext
  /** What was seen since the page was opened, or since it was forgiven. */
  readonly problems: () => readonly string[]
  /** For a test whose very point is an answer of 4xx or 5xx: the browser writes those to the console. */
  readonly expectFailedRequests: () => void
  /** Requests that change something, as `POST /path`. */
  readonly changes: () => readonly string[]
  /**
   * Resolves when everything that was asked for is there and drawn; what is followed (an event stream) does not count. A page that
   * waits for somebody who does not answer is a state as well: after some seconds it is taken as it is.
   */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface PageOptions {
  readonly width?: number
  readonly scheme?: 'light' | 'dark'
  /** BCP 47, what the browser wants. */
  readonly locale?: string
  readonly permissions?: readonly string[]
  /** A browser that runs no script: `settled` is not for it. */
  readonly withoutScript?: boolean
  /** Origins of others that the test leads this browser to. */
  readonly led?: readonly string[]
  /** Cookies and the like of somebody who was there before. */
  readonly storage?: Awaited<ReturnType<BrowserContext['storageState']>>
  /** What it answers by itself nobody sees asked for: a page has one where the test is about it. */
  readonly serviceWorker?: boolean
  /** How long `settled` waits for who does not answer; default five seconds. */
  readonly patienceMs?: number
}

/** `origin`: of the pages under test. */
export async function watchedPage(
  browser: Browser,
  origin: string,
  options: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: options.width ?? 390, height: 844 },
    colorScheme: options.scheme ?? 'light',
    locale: options.locale ?? 'en',
    reducedMotion: 'reduce',
    javaScriptEnabled: options.withoutScript !== true,
    permissions: [...(options.permissions ?? [])],
    serviceWorkers: options.serviceWorker === true ? 'allow' : 'block',
    ...(options.storage !== undefined && { storageState: options.storage }),
  })
  // Only a failing test waits so long: a machine that does other things as well takes ten times its time.
  context.setDefaultTimeout(90_000)
  // Before any script of the page, and not as one of it: its policy has no part in what a test looks with.
  await context.addInitScript(VIOLATIONS)
  const page = await context.newPage()
  const known = [origin, ...(options.led ?? [])]
  const seen: string[] = []
  const changes: string[] = []
  let failuresExpected = false
  page.on('console', (message) => {
    const text = message.text()
    const isFailedRequest = text.startsWith('Failed to load resource')
    if (message.type() === 'error' && !(failuresExpected && isFailedRequest)) seen.push(`console: ${text}`)
    if (text.startsWith('[policy]')) seen.push(text)
  })
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const asking = askingOf(page)
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && !known.includes(url.origin)) seen.push(`foreign: ${request.url()}`)
    if (!['GET', 'HEAD'].includes(request.method())) changes.push(`${request.method()} ${url.pathname}`)
  })
  return {
    page,
    context,
    problems: () => [...seen],
    expectFailedRequests() {
      failuresExpected = true
    },
    changes: () => [...changes],
    async settled() {
      const end = performance.now() + (options.patienceMs ?? PATIENCE_MS)
      const isWaiting = () => asking.size > 0 && performance.now() < end
      do while (isWaiting()) await delay(25)
      while (await page.evaluate(DRAWN).then(isWaiting))
      asking.clear()
    },
    close: () => context.close(),
  }
}

const PATIENCE_MS = 5_000

/** What was asked for and has not come yet. */
function askingOf(page: Page): Set<Request> {
  const asking = new Set<Request>()
  page.on('request', (request) => {
    // What another document asked for is nothing to this one.
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) asking.clear()
    if (request.headers()['accept'] !== 'text/event-stream') asking.add(request)
  })
  const ended = (request: Request) => void asking.delete(request)
  page.on('requestfinished', ended)
  page.on('requestfailed', ended)
  return asking
}

/** Two frames: what a page does with an answer is drawn in the first at the earliest. */
const DRAWN = `new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))
})`

const VIOLATIONS = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  console.info('[policy] ' + violatedDirective + ' ' + blockedURI)
})`
