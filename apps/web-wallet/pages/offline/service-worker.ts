/**
 * The service worker: it keeps the files that the wallet begins with, so that it opens at once and without a network. It knows
 * of no data: what a wallet's API says passes it by. A new one waits until somebody presses the button of the page, or until no
 * page of the old one is open: files never change under a page.
 */
import { USE_NEWER } from './newer-message.ts'
import { FIRST_PAGE, keptNameFor } from './worker-rules.ts'

/** Written in by the build: what the wallet begins with, and a hash over all that it is made of. */
declare const SHELL: { readonly version: string; readonly entry: string; readonly files: readonly string[] }

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface FetchedEvent extends WorkerEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

/** A service worker's own names, which the types of a page do not have. */
interface WorkerScope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: WorkerEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchedEvent) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

const worker = self as unknown as WorkerScope

const { entry, files, version } = SHELL
const PREFIX = 'countersign-shell-'
const CACHE = `${PREFIX}${version}`

worker.addEventListener('install', (event) => {
  event.waitUntil(keepShell())
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(dropOlder().then(() => worker.clients.claim()))
})

worker.addEventListener('message', ({ data }) => {
  if (data === USE_NEWER) void worker.skipWaiting()
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const name = keptNameFor(request, worker.location.origin, files)
  if (name !== undefined) event.respondWith(kept(name, request))
})

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE)
  // Named by their contents: what the page has just asked for need not be asked for again.
  await cache.addAll(files)
  const first = await fetch(FIRST_PAGE, { cache: 'no-store' })
  // While two versions are served side by side, the first page may be the other one's.
  if (!first.ok || !(await first.clone().text()).includes(entry))
    throw new Error('this first page is of another version')
  await cache.put(FIRST_PAGE, first)
}

async function dropOlder(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  )
}

/** The browser may have thrown it away. */
async function kept(name: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(name, { ignoreVary: true })) ?? fetch(request)
}
