/** What the service worker answers by itself. Everything else goes to the network as if it were not there. Pure. */
import { PAGE_ROUTES } from '../../routes.ts'

export interface Asked {
  readonly method: string
  /** `navigate`: somebody goes to the address. */
  readonly mode: string
  readonly url: string
}

/** Under which the first page is kept: every page of the wallet begins with it. */
export const FIRST_PAGE = '/'

/** The name under which the answer is kept; undefined: ask the network. What the wallet's API says is never kept here. */
export function keptNameFor(
  { method, mode, url }: Asked,
  origin: string,
  shell: readonly string[],
): string | undefined {
  const address = URL.parse(url)
  if (method !== 'GET' || address === null || address.origin !== origin) return undefined
  const { pathname } = address
  if (mode === 'navigate') return isPage(pathname) ? FIRST_PAGE : undefined
  return pathname !== FIRST_PAGE && shell.includes(pathname) ? pathname : undefined
}

const PATTERNS = PAGE_ROUTES.map((route) => new RegExp(`^${route.replaceAll(/:[a-z]+/g, '[^/]+')}$`))

/** An address that no page has is the server's to answer: it says 404. */
function isPage(pathname: string): boolean {
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  return PATTERNS.some((pattern) => pattern.test(path))
}
