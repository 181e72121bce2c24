/**
 * Which pages are ours: those that this service's own address and the web wallet's server show. A browser sends the cookie by
 * itself, and to it every port of a host is one site, so a cookie counts only where the browser says that one of these asks.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopbackHost } from '@countersign/service/config/loopback-host'
import type { Mode } from '@countersign/service/config/schema'
import { basePathOf } from '@countersign/service/http/base-path'
import { pagesAddress } from '../../config.ts'

export interface OwnPages {
  /** An origin as browsers write it. */
  readonly isOwn: (origin: string) => boolean
  /** Whether the browser says that a page of ours asks. What sends neither header is no browser, and has no cookie by accident. */
  readonly isAsking: (headers: IncomingHttpHeaders) => boolean
  /** The same for a call that changes something: the address bar is no page. */
  readonly isActing: (headers: IncomingHttpHeaders) => boolean
  readonly cookies: LoginCookies
  /** Of passkeys (WebAuthn §4): the host that all of them are for. */
  readonly relyingPartyId: string
}

export interface LoginCookies {
  /** For the page that asks; `token` empty and no time: the browser forgets it. */
  write(headers: IncomingHttpHeaders, token: string, maxAgeSeconds: number): string
  read(header: string | undefined): readonly string[]
}

export interface PageAddresses {
  readonly baseUrl: string
  /** Public address of the web wallet. */
  readonly webWalletUrl?: string | undefined
  readonly mode: Mode
  readonly webHost: string
}

export function ownPages(addresses: PageAddresses): OwnPages {
  const { baseUrl, mode, webHost } = addresses
  const places = [...new Set([pagesAddress(addresses), baseUrl])].map((url) => new URL(url))
  const onLoopback = mode === 'development' && isLoopbackHost(webHost)
  // For development alone: a page of any port of this machine, as far as the browser calls it the same origin.
  const isLoopbackPage = (origin: string) => onLoopback && isLoopbackHost(URL.parse(origin)?.hostname ?? '')
  const isNamed = (origin: string) => places.some((place) => place.origin === origin)
  const asks = (headers: IncomingHttpHeaders, sites: readonly string[]) => {
    const { host, origin } = headers
    const site = headers['sec-fetch-site']
    if (site !== undefined && !(typeof site === 'string' && sites.includes(site))) return false
    if (origin === undefined) return true
    if (isNamed(origin) || URL.parse(origin)?.host === host) return true
    return site === 'same-origin' && isLoopbackPage(origin)
  }
  return {
    isOwn: (origin) => isNamed(origin) || isLoopbackPage(origin),
    isAsking: (headers) => asks(headers, ['same-origin', 'none']),
    isActing: (headers) => asks(headers, ['same-origin']),
    cookies: loginCookies(places),
    relyingPartyId: places[0]?.hostname ?? 'localhost',
  }
}

const NAME = 'login'

/**
 * RFC 6265bis §4.1.3: a cookie whose name begins with `__Host-` was set by this very host over TLS, so that a neighbour cannot
 * slip somebody his login. Below a path it is `__Secure-`, which promises less and keeps the path. Without TLS there is neither.
 */
function loginCookies(places: readonly URL[]): LoginCookies {
  const all = [...new Set(places.map(nameFor))]
  // Where there is TLS, one that came without is nobody's login.
  const names = all.some((name) => name !== NAME) ? all.filter((name) => name !== NAME) : all
  return {
    write({ origin }, token, maxAgeSeconds) {
      const place =
        places.find((one) => one.origin === origin) ?? places.at(-1) ?? new URL('http://localhost')
      const name = nameFor(place)
      const path = name.startsWith('__Host-') ? '/' : `${basePathOf(place.href)}/wallet-api`
      const secure = place.protocol === 'https:' ? '; Secure' : ''
      return `${name}=${token}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`
    },
    read(header) {
      const cookies = (header ?? '').split(';').map((cookie) => cookie.trim())
      return names.flatMap((name) => {
        const value = cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1)
        return value === undefined || value === '' ? [] : [value]
      })
    },
  }
}

function nameFor({ href, protocol }: URL): string {
  if (protocol !== 'https:') return NAME
  return basePathOf(href) === '' ? `__Host-${NAME}` : `__Secure-${NAME}`
}
