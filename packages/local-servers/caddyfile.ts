/**
 * The text of a Caddyfile that balances services over their instances, in Caddy's own formatting. One source for the
 * cluster on one machine, for the file beside it and for the one of the compose example. Knows ports and addresses,
 * nothing of what runs there but that `/readyz` tells whether an instance wants requests, and `/livez` whether it is there.
 */

import { RECEIVED } from '@countersign/core/size-limits'

export interface Site {
  /** Port of the balancer; any `Host` is served. */
  readonly port: number
  /** `host:port` of each instance. */
  readonly upstreams: readonly string[]
  /** Paths that are read from an instance which is not ready when none is, such as `/status/*`; with a star in front below any other too. */
  readonly unreadyPaths?: readonly string[] | undefined
  /** It reads bodies row by row, which may be large and take long. */
  readonly streams?: boolean | undefined
}

export interface CaddyfileOptions {
  readonly sites: readonly Site[]
  /** Addresses to listen on; absent: all. */
  readonly bind?: readonly string[]
  /** Comment lines at the top. */
  readonly remarks?: readonly string[]
  /** How often each instance is looked at, in milliseconds; default 200. */
  readonly lookEveryMs?: number | undefined
}

/** Throws when an address or a port could not stand in the file as what it is. */
export function caddyfile({ sites, bind = [], remarks = [], lookEveryMs = 200 }: CaddyfileOptions): string {
  for (const address of bind) checkAddress(address)
  return [
    ...remarks.map((line) => `# ${line}`),
    ...globalOptions(bind),
    '',
    ...bodyLimit(),
    '',
    ...sharedRules(lookEveryMs),
    ...sites.flatMap((site) => ['', ...siteBlock(site)]),
    '',
  ].join('\n')
}

function globalOptions(bind: readonly string[]): readonly string[] {
  return [
    '{',
    '\t# No certificates and no remote control: TLS and names are the business of what stands in front.',
    '\tauto_https off',
    '\tadmin off',
    ...(bind.length > 0 ? [`\tdefault_bind ${bind.join(' ')}`] : []),
    '\t# How long open requests may take once it is told to stop.',
    '\tgrace_period 5s',
    '\tservers {',
    '\t\ttimeouts {',
    '\t\t\tread_header 10s',
    '\t\t\t# The services end a body that is late after 30 seconds; one that they read row by row may take longer.',
    '\t\t\tread_body 15m',
    '\t\t\tidle 2m',
    '\t\t}',
    '\t}',
    '}',
  ]
}

/** By its announced length a body is refused before it costs anything; one without a length is cut at the limit. */
function bodyLimit(): readonly string[] {
  const { exchange } = RECEIVED
  return [
    '(limited) {',
    `\t# No service holds more than ${exchange} bytes; what is a little larger it refuses itself, in its own form.`,
    '\t@tooLarge {',
    `\t\theader_regexp Content-Length ${atLeast(exchange)}`,
    `\t\tnot path ${STREAMED_PATHS}`,
    '\t}',
    `\trespond @tooLarge "The body is too large, limit ${exchange} bytes" 413`,
    '',
    '\t# What is read row by row is held by nobody, and how large it may be is a setting of its service.',
    `\t@held not path ${STREAMED_PATHS}`,
    '\trequest_body @held {',
    `\t\tmax_size ${roundedUp(exchange)}`,
    '\t}',
    '}',
  ]
}

/** Of an issuer, and of a tenant of one. */
const STREAMED_PATHS = '/openid4vc/profiles/*/bulk /*/openid4vc/profiles/*/bulk'

/** A digit and zeros: what a pattern can compare with. */
function roundedUp(bytes: number): number {
  const unit = 10 ** (String(bytes).length - 1)
  return (Math.floor(bytes / unit) + 1) * unit
}

/** A pattern of the numbers from the rounded one on. */
function atLeast(bytes: number): string {
  const [first = '', ...zeros] = String(roundedUp(bytes))
  return `^0*(?:[${first}-9][0-9]{${zeros.length}}|[0-9]{${zeros.length + 2},})$`
}

/**
 * Event streams need no `flush_interval`: Caddy passes `text/event-stream` on at once by itself, and with -1 it would
 * keep the stream to the instance open after its reader has left.
 */
const sharedRules = (lookEveryMs: number): readonly string[] => [
  '(balanced) {',
  '\t# 503 as soon as an instance is told to stop: it gets no new requests and finishes those it has.',
  '\thealth_uri /readyz',
  '\timport watched',
  '}',
  '',
  '(watched) {',
  ...lookedAt(lookEveryMs),
  '',
  ...transport('30s'),
  '}',
  '',
  '(streamed) {',
  '\thealth_uri /readyz',
  ...lookedAt(lookEveryMs),
  '\timport writing',
  '',
  '\t# It is answered when its last row was judged.',
  ...transport('15m'),
  '}',
  '',
  '(reading) {',
  '\tlb_policy round_robin',
  '',
  '\t# Reading changes nothing: it waits for an instance that is ready, and what was cut is sent to another one.',
  '\tlb_try_duration 3s',
  '\tlb_try_interval 100ms',
  '\tlb_retries 20',
  '\tlb_retry_match {',
  '\t\tmethod GET HEAD',
  '\t}',
  '}',
  '',
  '(writing) {',
  '\t# Never sent twice from here: an instance may have acted on it, and Caddy 2.6 has lost the body after a failed',
  '\t# dial. The client gets 502 and sends it once more a moment later. Not in turn either: while one instance is',
  '\t# out, two requests that take their turns at once can each find none, and there is no second try here.',
  '\tlb_policy random',
  '}',
]

function lookedAt(everyMs: number): readonly string[] {
  return [
    '\thealth_status 200',
    '\t# Looked at often, because only this takes an instance out: counting failed requests (fail_duration) would let',
    '\t# anybody take all of them out with a few broken requests.',
    `\thealth_interval ${everyMs}ms`,
    '\thealth_timeout 4s',
  ]
}

function transport(answerWithin: string): readonly string[] {
  return [
    '\ttransport http {',
    '\t\tdial_timeout 1s',
    `\t\tresponse_header_timeout ${answerWithin}`,
    '\t\t# Shorter than the 72 seconds of the services, so that no request meets a closing connection.',
    '\t\tkeepalive 30s',
    '\t}',
  ]
}

function siteBlock({ port, streams = false, upstreams, unreadyPaths = [] }: Site): readonly string[] {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError(`not a port: ${port}`)
  if (upstreams.length === 0) throw new RangeError(`no instance for port ${port}`)
  for (const upstream of upstreams) checkUpstream(upstream)
  for (const path of unreadyPaths) checkPath(path)
  const instances = upstreams.join(' ')
  return [
    `:${port} {`,
    '\timport limited',
    ...(unreadyPaths.length > 0 ? unreadyRoutes(instances, unreadyPaths) : []),
    '\t@reading method GET HEAD',
    `\treverse_proxy @reading ${instances} {`,
    '\t\timport balanced',
    '\t\timport reading',
    '\t}',
    ...(streams
      ? [
          `\t@streamed path ${STREAMED_PATHS}`,
          `\treverse_proxy @streamed ${instances} {`,
          '\t\timport streamed',
          '\t}',
        ]
      : []),
    `\treverse_proxy ${instances} {`,
    '\t\timport balanced',
    '\t\timport writing',
    '\t}',
    '}',
  ]
}

/**
 * Two steps: whoever is ready first, because it knows what is new, and without waiting for one; when none is, or the one
 * that was asked is gone, whoever lives.
 */
function unreadyRoutes(instances: string, paths: readonly string[]): readonly string[] {
  const matcher = ['method GET HEAD', `path ${paths.join(' ')}`]
  return [
    '\t# Served from memory while Redis and the database are away: no instance is ready then, and each that lives will do.',
    '\t@unready {',
    ...matcher.map((line) => `\t\t${line}`),
    '\t}',
    `\treverse_proxy @unready ${instances} {`,
    '\t\timport balanced',
    '\t\tlb_policy round_robin',
    '\t}',
    '\thandle_errors {',
    '\t\t@alive {',
    ...matcher.map((line) => `\t\t\t${line}`),
    '\t\t\texpression {http.error.status_code} in [502, 503, 504]',
    '\t\t}',
    `\t\treverse_proxy @alive ${instances} {`,
    '\t\t\thealth_uri /livez',
    '\t\t\timport watched',
    '\t\t\timport reading',
    '\t\t}',
    '\t}',
  ]
}

function checkPath(path: string): void {
  if (!/^\*?\/[A-Za-z0-9/_-]+\/\*$/.test(path)) throw new TypeError(`not a path: ${JSON.stringify(path)}`)
}

function checkUpstream(upstream: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*:\d{1,5}$/.test(upstream)) {
    throw new TypeError(`not host:port: ${JSON.stringify(upstream)}`)
  }
}

function checkAddress(address: string): void {
  if (!/^(?:[0-9.]+|\[[0-9a-f:]+\])$/i.test(address)) {
    throw new TypeError(`not an address: ${JSON.stringify(address)}`)
  }
}
