/**
 * Which callers a route admits: its door. `management` is for the operator's own systems and wants a credential, or, in
 * development on loopback, at least a request that no web page of somebody else caused. `wallet` is public and
 * readable from any origin; `open` is public to everybody who can reach the address. It knows no user accounts.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { isLoopbackHost } from '../config/loopback-host.ts'
import type { Mode } from '../config/schema.ts'
import type { WireError } from './answers/wire-errors.ts'

/** Every route names one in its `config`. */
export type Door = 'management' | 'wallet' | 'open'

/** What opens the management door. */
export interface ManagementDoor {
  /** Absent: only in development on loopback, see `openDoorProblem`. */
  readonly apiKey?: string
  /** Public address of the service; its host is a legitimate `Host` beside the loopback names. */
  readonly baseUrl: string
}

/** What opens it by a service's configuration. */
export function managementDoor(config: {
  readonly baseUrl: string
  readonly managementApiKey?: string | undefined
}): ManagementDoor {
  const { baseUrl, managementApiKey } = config
  return managementApiKey === undefined ? { baseUrl } : { baseUrl, apiKey: managementApiKey }
}

/** Answers with the refusal, or undefined when the request may pass. */
export type DoorKeeper = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => WireError | undefined

/** Keeps the management door: by key in constant time, or by the names that a page of another site cannot have. */
export function managementDoorKeeper(door: ManagementDoor): DoorKeeper {
  return door.apiKey === undefined ? loopbackKeeper(door.baseUrl) : keyKeeper(door.apiKey)
}

/** Nobody of the network comes in, whatever names he says. */
function loopbackKeeper(baseUrl: string): DoorKeeper {
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

/** Keeps the management door of a service, and keeps it shut where nothing may open it. */
export function managementKeeper(config: DoorConfig): DoorKeeper {
  return openDoorProblem(config) === undefined
    ? managementDoorKeeper(managementDoor(config))
    : () => managementClosed
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

export const foreignPage: WireError = {
  status: 403,
  message: 'The request comes from a page of another site',
  refusal: 'page_foreign',
}

function keyKeeper(apiKey: string): DoorKeeper {
  const expected = fingerprint(apiKey)
  return ({ headers }) => {
    const presented = presentedKey(headers)
    if (presented !== undefined && timingSafeEqual(fingerprint(presented), expected)) return undefined
    return noManagementKey
  }
}

/** Hashes have one length, so the comparison tells nothing about the key's. */
function fingerprint(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Who called, for what is kept by caller: by the credential that he showed; nobody has another name where none is needed. */
export function managementCaller(headers: IncomingHttpHeaders): string {
  const presented = presentedKey(headers)
  return presented === undefined ? '' : fingerprint(presented).toString('base64url')
}

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
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
