import { createHash } from 'node:crypto'

/**
 * What a browser may do with a page of ours: run our own scripts and none other, ask nobody but us, be framed by nobody, and
 * make no markup of text (Trusted Types: no policy may be made, so no string becomes HTML or a script).
 */
const policyWith = (scripts: readonly string[], trusted: string) =>
  [
    "default-src 'self'",
    ["script-src 'self'", ...scripts].join(' '),
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'none'",
    "object-src 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    `trusted-types ${trusted}`,
  ].join('; ')

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')

/** A script that stands within the page, and no other one there, is named by its hash (CSP Level 3 §8.5). */
const WITHIN = /<script>([\s\S]*?)<\/script>/g

/** The address of a service worker is a script too. Pages that have one may make one policy, once, which knows its address alone. */
const OF_OWN_WORKER = 'own-worker'

export interface PagesKind {
  /** The pages' own address has TLS. */
  readonly https: boolean
  /** The first one, as the build made it. */
  readonly page: string
  readonly hasWorker: boolean
}

/** On every file of a page; what every answer of a service carries comes on top. */
export function pageHeaders({ hasWorker, https, page }: PagesKind): Readonly<Record<string, string>> {
  const scripts = [...page.matchAll(WITHIN)].map(([, code = '']) => `'sha256-${sha256(code)}'`)
  return {
    'content-security-policy': policyWith(scripts, hasWorker ? OF_OWN_WORKER : "'none'"),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()',
    ...(https && { 'strict-transport-security': 'max-age=31536000' }),
  }
}
