/**
 * What is known of a request by its first line alone, before a router has seen it: whether it is about health, begins
 * something new, and in which form its route refuses. Addresses are compared as far as their first parameter.
 */
import { strict } from '@countersign/api/strict'
import type { RouteOptions } from 'fastify'
import type { Precedence } from '../operation/admission.ts'
import type { Door } from './access.ts'
import type { ErrorShape } from './answers/wire-errors.ts'
import { withoutBasePath } from './base-path.ts'

export interface RouteFacts {
  readonly door: Door
  readonly errors: ErrorShape
  readonly precedence: Precedence | 'always'
}

export interface KnownRoutes {
  add(url: string, methods: string | readonly string[], facts: RouteFacts): void
  /** `target`: as it stands in the request line. */
  of(method: string, target: string): RouteFacts
  /** The target as the routes name it: without the path of the public address, where a proxy left it there. */
  local(method: string, target: string): string
}

const UNKNOWN: RouteFacts = { door: 'open', errors: 'management', precedence: 'running' }

/**
 * What is known as it stands is meant so: below a path that is an address of the service too, a proxy has to take it off. Of
 * `basePaths` the first one with which a target begins is taken off.
 */
export function knownRoutes(...basePaths: readonly string[]): KnownRoutes {
  const exact = new Map<string, RouteFacts>()
  const beginnings: { readonly start: string; readonly facts: RouteFacts }[] = []
  return {
    add(url, methods, facts) {
      for (const method of [methods].flat()) {
        const start = `${method.toUpperCase()} ${url.split(/[:*]/, 1)[0]}`
        if (url.search(/[:*]/) < 0) exact.set(withoutSlash(start), facts)
        else beginnings.push({ start, facts })
      }
      beginnings.sort((a, b) => b.start.length - a.start.length)
    },
    of: (method, target) => find(method, local(method, target)) ?? UNKNOWN,
    local,
  }

  function local(method: string, target: string): string {
    if (find(method, target) !== undefined) return target
    for (const basePath of basePaths) {
      const rest = basePath === '' ? target : withoutBasePath(target, basePath)
      if (rest !== target) return rest
    }
    return target
  }

  function find(method: string, target: string): RouteFacts | undefined {
    const path = withoutSlash(`${method === 'HEAD' ? 'GET' : method} ${target.split('?', 1)[0]}`)
    return exact.get(path) ?? beginnings.find(({ start }) => path.startsWith(start))?.facts
  }
}

/** The router takes an address with a slash at its end for the same. */
function withoutSlash(line: string): string {
  return line.endsWith('/') && !line.endsWith(' /') ? line.slice(0, -1) : line
}

export function mayCarryBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

const NO_PARAMETERS = strict({})

/**
 * A route of our own APIs that names no parameter of its address takes none: one that was passed over would have changed
 * what was asked. What wallets and probes call keeps to its specifications, which ignore what they do not know.
 */
export function refuseUnknownParameters(route: RouteOptions, door: Door): void {
  const described = route.config?.answers !== undefined
  if (door === 'wallet' || !described || route.schema?.querystring !== undefined) return
  route.schema = { ...route.schema, querystring: NO_PARAMETERS }
}
