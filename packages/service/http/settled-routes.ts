/** What every route has to say of itself, as it is added: its door, how large its body may be, and whether it is limited. */
import type { RouteOptions } from 'fastify'
import { isAboutHealth } from '../operation/health.ts'
import type { Door } from './access.ts'
import type { KnownAddresses } from './allowed-methods.ts'
import { BODY_LIMITS } from './request-bodies.ts'
import { type KnownRoutes, mayCarryBody, refuseUnknownParameters } from './route-facts.ts'

/** Refuses to start with a route that names no door, or is at the management door and does not say for whom. */
export function settleRoute(route: RouteOptions, addresses: KnownAddresses, routes: KnownRoutes): Door {
  const door = route.config?.door
  if (door === undefined) throw new Error(`the route ${route.url} names no door`)
  if (door === 'management' && route.config?.scope === undefined)
    throw new Error(`the route ${route.url} names no scope`)
  const errors = route.config?.errors ?? (door === 'wallet' ? 'oauth' : 'management')
  settleLimits(route, door)
  refuseUnknownParameters(route, door)
  addresses.add(route.url, route.method, door, errors)
  const precedence = isAboutHealth(route.url) ? 'always' : route.config?.begins ? 'new' : 'running'
  routes.add(route.url, route.method, { door, errors, precedence })
  return door
}

/** A limit is chosen for each route: one for all would be that of the largest body and of the dearest call. */
function settleLimits({ method, url, bodyLimit, config }: RouteOptions, door: Door): void {
  if ([method].flat().some(mayCarryBody) && bodyLimit === undefined)
    throw new Error(`the route ${url} names no bodyLimit`)
  const isLarge = (bodyLimit ?? 0) > BODY_LIMITS.message
  if (isLarge && door !== 'management' && config?.knowsCaller === undefined)
    throw new Error(`the route ${url} would read large bodies from anybody`)
  if (door !== 'management' && config?.limited === undefined)
    throw new Error(`the route ${url} does not say whether it is limited`)
}
