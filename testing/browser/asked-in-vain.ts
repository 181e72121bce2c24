/** What a page asks its services for without need, when somebody comes to it first. */
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
  page.off('request', listen)
  const left = await page.evaluate<readonly string[] | undefined>(
    'globalThis.countersignAhead && [...globalThis.countersignAhead.keys()]',
  )
  if (left === undefined || left === null) return ['nothing was asked ahead']
  const twice = asked.filter((one, index) => asked.indexOf(one) !== index)
  return [...twice.map((one) => `twice: ${one}`), ...left.map((one) => `unwanted: ${one}`)]
}
