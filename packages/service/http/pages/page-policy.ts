/**
 * What a browser may do with a page of ours: run our own scripts and none other, ask nobody but us, be framed by nobody, and
 * make no markup of text (Trusted Types: no policy may be made, so no string becomes HTML or a script).
 */
const RULES = [
  "default-src 'self'",
  "script-src 'self'",
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
]

/** The address of a service worker is a script too. Pages that have one may make one policy, once, which knows its address alone. */
const OF_OWN_WORKER = 'own-worker'

export interface PagesKind {
  /** The pages' own address has TLS. */
  readonly https: boolean
  readonly hasWorker: boolean
}

/** On every file of a page; what every answer of a service carries comes on top. */
export function pageHeaders({ hasWorker, https }: PagesKind): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [...RULES, `trusted-types ${hasWorker ? OF_OWN_WORKER : "'none'"}`].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()',
    ...(https && { 'strict-transport-security': 'max-age=31536000' }),
  }
}
