/** What a page asks its services for without need, when somebody comes to it first. */
import { setTimeout as delay } from 'node:timers/promises'
import type { WatchedPage } from './watched-page.ts'

/** Visits the page; the same question asked twice, what was asked ahead and nobody wanted, and whether nothing was asked ahead at all. */
export async function askedInVain(
  { page, settled }: WatchedPage,
  path: string,
  api: `/${string}/`,
): Promise<readonly string[]> {
  const asked: string[] = []
  const listen = (request: { method(): string; url(): string }) => {
    const { pathname, search } = new URL(request.url())
    if (request.method() === 'GET' && pathname.startsWith(api)) asked.push(pathname + search)
  }
  page.on('request', listen)
  await page.goto(path)
  await settled()
  const left = await leftAhead(page)
  page.off('request', listen)
  if (left === undefined || left === null) return ['nothing was asked ahead']
  const twice = asked.filter((one, index) => asked.indexOf(one) !== index)
  return [...twice.map((one) => `twice: ${one}`), ...left.map((one) => `unwanted: ${one}`)]
}

/** How long a page may take to want what is there; only a failing test waits so long. */
const PATIENCE_MS = 5_000

/** What nobody took. A page takes it when its script has run, which on a busy machine is a while after all has come. */
async function leftAhead(page: WatchedPage['page']): Promise<readonly string[] | undefined | null> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const left = await page.evaluate<readonly string[] | undefined | null>(
      'globalThis.countersignAhead && [...globalThis.countersignAhead.keys()]',
    )
    if (!left?.length || performance.now() > end) return left
    await delay(50)
  }
}
