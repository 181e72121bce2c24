/**
 * What a cookie says about who calls. A browser sends it by itself, and to it every port of a host is one site, so a cookie counts
 * only where the browser says that a page of this very origin asks.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { basePathOf } from '../http/base-path.ts'

/** `none` is the address bar. What sends neither header is no browser of today, and has no cookie by accident. */
export function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin, host } = headers
  return origin === undefined || URL.parse(origin)?.host === host
}

/** The first cookie of that name; undefined for none, or one without a value. */
export function cookieNamed(name: string, header: string | undefined): string | undefined {
  for (const cookie of (header ?? '').split(';')) {
    const text = cookie.trim()
    if (text.startsWith(`${name}=`)) return text.slice(name.length + 1) || undefined
  }
  return undefined
}

export interface OwnCookie {
  readonly name: string
  /** base64url, or another alphabet without `;` and spaces. Empty: the cookie is taken back. */
  readonly value: string
  /** Below the public address: `/api`. */
  readonly path: string
  readonly maxAgeSeconds: number
  /** Sent along, too, where another site sends the browser to a page of ours (`SameSite=Lax`). */
  readonly followsLinks?: boolean | undefined
}

/** Sent back by the browser below one path of ours, never readable by a script, and never sent with what a page of another site asks for. */
export function ownCookie(
  { followsLinks = false, maxAgeSeconds, name, path, value }: OwnCookie,
  baseUrl: string,
): string {
  const secure = URL.parse(baseUrl)?.protocol === 'https:' ? '; Secure' : ''
  return `${name}=${value}; Path=${basePathOf(baseUrl)}${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${followsLinks ? 'Lax' : 'Strict'}${secure}`
}
