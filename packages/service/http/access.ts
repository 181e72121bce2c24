/**
 * Which callers a route admits: its door. `management` is for the operator's own systems and wants a credential, or, in
 * development on loopback, at least a request that no web page of somebody else caused. `wallet` is public and
 * readable from any origin; `open` is public to everybody who can reach the address. It knows no user accounts.
 */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ManagementScope } from '@countersign/api/scopes'
import { isLoopbackHost } from '../config/loopback-host.ts'
import type { Mode } from '../config/schema.ts'
import type { WireError } from './answers/wire-errors.ts'

/** Every route names one in its `config`. */
export type Door = 'management' | 'wallet' | 'open'

/** Answers with the refusal, or undefined when the request may pass. */
export type DoorKeeper = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => WireError | undefined

/**
 * Keeps a management door that wants no credential, by the names that a page of another site cannot have. Nobody of the network comes
 * in, whatever names he says.
 */
export function loopbackKeeper(baseUrl: string): DoorKeeper {
  const keepOwnPages = ownPagesKeeper(baseUrl)
  return ({ headers, socket }) => (isFromNetwork(socket) ? managementClosed : keepOwnPages(headers))
}

/** A service speaks TLS where its network reaches it, and nowhere else (`server/secure-listener.ts`). */
function isFromNetwork(socket: Socket): boolean {
  return 'encrypted' in socket
}

export interface DoorConfig {
  readonly mode: Mode
  readonly webHost: string
  readonly baseUrl: string
  readonly managementApiKey?: string | undefined
}

/**
 * Why a service must not listen: the reason as a sentence for the operator, undefined when it may. An unguarded
 * management door is for one's own machine during development only.
 */
export function openDoorProblem(config: Omit<DoorConfig, 'baseUrl'>): string | undefined {
  if (config.managementApiKey !== undefined) return undefined
  if (config.mode === 'production') return 'managementApiKey is needed in production'
  if (isLoopbackHost(config.webHost)) return undefined
  return `managementApiKey is needed to listen on ${config.webHost}: without one only loopback is served`
}

/** Who came in at the management door. */
export interface ManagementCaller {
  /** For what is kept by caller; empty where he showed nothing. */
  readonly id: string
  /** For operators; absent where no credential is needed. */
  readonly name?: string | undefined
  /** What his credential is for. */
  readonly scopes: 'every' | ReadonlySet<ManagementScope>
}

/** Of a request what a keeper looks at. `sender`: whom wrong credentials count for. */
export type Knock = Pick<IncomingMessage, 'headers' | 'socket'> & { readonly sender: string }

export type Entered =
  | { readonly caller: ManagementCaller; readonly refusal?: undefined }
  | { readonly refusal: WireError }

/** Says who calls, or why he may not. What his credential is for is judged with the route, by `enter`. */
export type ManagementKeeper = (knock: Knock) => Entered | Promise<Entered>

export function enter(
  keep: ManagementKeeper,
  knock: Knock,
  scope: ManagementScope | undefined,
): Entered | Promise<Entered> {
  const entered = keep(knock)
  return entered instanceof Promise ? entered.then((late) => inScope(late, scope)) : inScope(entered, scope)
}

function inScope(entered: Entered, scope: ManagementScope | undefined): Entered {
  if (entered.refusal !== undefined) return entered
  const { scopes } = entered.caller
  if (scopes === 'every' || (scope !== undefined && scopes.has(scope))) return entered
  return { refusal: insufficientScope(scope ?? 'none') }
}

export const managementClosed: WireError = {
  status: 403,
  message: 'Without a managementApiKey this is open in development on loopback only',
  refusal: 'management_closed',
}

export const noManagementKey: WireError = {
  status: 401,
  message: 'A management credential is needed',
  refusal: 'management_key_missing',
  headers: { 'www-authenticate': 'Bearer realm="management"' },
}

/** The same for a key that nobody has, a secret that is not its own, one that was deleted and a token that is refused. */
export const wrongManagementKey: WireError = {
  status: 401,
  message: 'The management credential is not known, or not any more',
  refusal: 'management_key_wrong',
  headers: { 'www-authenticate': 'Bearer realm="management", error="invalid_token"' },
}

/** RFC 6750 §3.1. */
export function insufficientScope(scope: ManagementScope | 'none'): WireError {
  return {
    status: 403,
    code: 'insufficient_scope',
    message: `This needs the scope ${scope}, which the management credential does not have`,
    refusal: 'scope_missing',
    headers: {
      'www-authenticate': `Bearer realm="management", error="insufficient_scope", scope="${scope}"`,
    },
  }
}

export const foreignPage: WireError = {
  status: 403,
  message: 'The request comes from a page of another site',
  refusal: 'page_foreign',
}

/** Of a credential: hashes have one length, so that comparing them tells nothing about that of a key. */
export function fingerprint(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['x-api-key']
  if (typeof own === 'string') return own
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

/**
 * A page of another site can make a browser send requests to loopback, and can rebind its own name to 127.0.0.1.
 * The `Host` betrays the rebound name, `Origin` and `Sec-Fetch-Site` the page that sends a plain form.
 */
export function ownPagesKeeper(baseUrl: string): (headers: IncomingHttpHeaders) => WireError | undefined {
  const ownHost = new URL(baseUrl).hostname.toLowerCase()
  const isOurs = (host: string) => isLoopbackHost(host) || host === ownHost
  return (headers) => {
    const host = URL.parse(`http://${headers.host ?? ''}`)?.hostname
    if (host === undefined || !isOurs(host))
      return { status: 403, message: 'The Host is not one of this service', refusal: 'host_foreign' }
    const origin = headers.origin
    const fromElsewhere = origin !== undefined && !isOurs(URL.parse(origin)?.hostname ?? '')
    if (!fromElsewhere && headers['sec-fetch-site'] !== 'cross-site') return undefined
    return foreignPage
  }
}
