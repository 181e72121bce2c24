/**
 * The text of a Caddyfile that balances services over their instances, in Caddy's own formatting. One source for the
 * cluster on one machine, for the file beside it and for the one of the compose example. Knows ports and addresses,
 * nothing of what runs there but that `/readyz` tells whether an instance wants requests.
 */

export interface Site {
  /** Port of the balancer; any `Host` is served. */
  readonly port: number
  /** `host:port` of each instance. */
  readonly upstreams: readonly string[]
}

export interface CaddyfileOptions {
  readonly sites: readonly Site[]
  /** Addresses to listen on; absent: all. */
  readonly bind?: readonly string[]
  /** Comment lines at the top. */
  readonly remarks?: readonly string[]
}

/** Throws when an address or a port could not stand in the file as what it is. */
export function caddyfile({ sites, bind = [], remarks = [] }: CaddyfileOptions): string {
  for (const address of bind) checkAddress(address)
  return [
    ...remarks.map((line) => `# ${line}`),
    ...globalOptions(bind),
    '',
    ...sharedRules,
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
    '\t\t\tread_body 30s',
    '\t\t\tidle 2m',
    '\t\t}',
    '\t}',
    '}',
  ]
}

/**
 * Event streams need no `flush_interval`: Caddy passes `text/event-stream` on at once by itself, and with -1 it would
 * keep the stream to the instance open after its reader has left.
 */
const sharedRules: readonly string[] = [
  '(balanced) {',
  '\tlb_policy round_robin',
  '',
  '\t# An instance that cannot be reached has not seen the request: any request may go to another one. What was',
  '\t# sent already is sent again only when reading, which changes nothing.',
  '\tlb_try_duration 3s',
  '\tlb_try_interval 100ms',
  '\tlb_retries 20',
  '\tlb_retry_match {',
  '\t\tmethod GET HEAD',
  '\t}',
  '',
  '\t# 503 as soon as an instance is told to stop: it gets no new requests and finishes those it has.',
  '\thealth_uri /readyz',
  '\thealth_status 200',
  '\thealth_interval 500ms',
  '\thealth_timeout 2s',
  '\t# One that cut a request is left alone for a moment, so that a client that sends it once more meets another.',
  '\tfail_duration 2s',
  '\tmax_fails 1',
  '',
  '\ttransport http {',
  '\t\tdial_timeout 1s',
  '\t\tresponse_header_timeout 30s',
  '\t\t# Shorter than the 72 seconds of the services, so that no request meets a closing connection.',
  '\t\tkeepalive 30s',
  '\t}',
  '}',
]

function siteBlock({ port, upstreams }: Site): readonly string[] {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError(`not a port: ${port}`)
  if (upstreams.length === 0) throw new RangeError(`no instance for port ${port}`)
  for (const upstream of upstreams) checkUpstream(upstream)
  return [
    `:${port} {`,
    '\trequest_body {',
    '\t\tmax_size 2MB',
    '\t}',
    `\treverse_proxy ${upstreams.join(' ')} {`,
    '\t\timport balanced',
    '\t}',
    '}',
  ]
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
