/**
 * Services below paths of another, behind its listener: each is whole, with its own doors, limits, errors and API page, and
 * none of its routes is among those of the others. A request goes to one of them by its first line alone, before any
 * framework has seen it.
 */
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Places } from '../operation/admission.ts'
import type { Metrics } from '../operation/metrics.ts'
import { StartRefused } from '../operation/start-refused.ts'
import { withoutBasePath } from './base-path.ts'
import type { KnownRoutes } from './route-facts.ts'
import type { EarlyAnswer } from './server/admitting-server.ts'
import type { ServiceApp } from './service-app.ts'

/** What the listener needs of it. */
export interface MountedService {
  /** The first segment of its addresses, below the path of the whole. */
  readonly name: string
  readonly app: Pick<ServiceApp, 'close' | 'routing'>
  readonly routes: Pick<KnownRoutes, 'of'>
  readonly places: Places
  readonly metrics?: Pick<Metrics, 'refused'> | undefined
  /** `performance.now()`. */
  readonly lastRequestAt: () => number
  /** Why it must not be served. */
  readonly problem: () => string | undefined
  readonly refusal: (request: IncomingMessage, retryAfterSeconds: number) => EarlyAnswer
}

export interface Mounts {
  of(request: IncomingMessage): MountedService | undefined
  /** What is for one of them goes there, the rest to `handler`. */
  before(handler: RequestListener): RequestListener
  close(): Promise<void>
  /** Of whichever of them, by `performance.now()`. */
  lastRequestAt(): number
  /** Throws `StartRefused` with a line for each that must not be served. */
  judge(): void
}

/** A well-known address has the path of what it is about behind it (RFC 8615, RFC 8414 §3.1). */
const WELL_KNOWN = /^\/\.well-known\/[A-Za-z0-9-]+(\/[^?]*)/
const FIRST_SEGMENT = /^\/([a-z0-9-]+)(?=[/?]|$)/

export function mountsOf(mounted: readonly MountedService[], basePath: string): Mounts {
  const byName = new Map(mounted.map((one) => [one.name, one]))
  const nameIn = (target: string) => FIRST_SEGMENT.exec(withoutBasePath(target, basePath))?.[1]
  const find = (target: string) => {
    const [, about] = WELL_KNOWN.exec(target) ?? []
    // Of a well-known address the whole path counts: no proxy takes off what is not at its beginning.
    if (about !== undefined && !about.startsWith(`${basePath}/`)) return undefined
    return byName.get(nameIn(about ?? target) ?? '')
  }
  const of = ({ url = '' }: IncomingMessage) => find(url)
  return {
    of,
    before: (handler) => (request, response) => {
      const found = of(request)
      if (found === undefined) handler(request, response)
      else found.app.routing(request, response)
    },
    async close() {
      await Promise.all(mounted.map(({ app }) => app.close()))
    },
    lastRequestAt: () => Math.max(...mounted.map((one) => one.lastRequestAt())),
    judge() {
      const problems = mounted.flatMap(({ name, problem }) => problem()?.replace(/^/, `${name}: `) ?? [])
      if (problems.length > 0) throw new StartRefused(problems.join('\n'), problems)
    },
  }
}

/** One of them under a name with which an address of the whole begins would take that address away. */
export function refuseTakenNames(names: readonly string[], urls: readonly string[]): void {
  const taken = new Set(urls.map((url) => url.split('/')[1] ?? ''))
  const problems = names
    .filter((name) => taken.has(name))
    .map((name) => `tenants: ${name} cannot be a name: addresses of the service itself begin with it`)
  if (problems.length > 0) throw new StartRefused('names of tenants that are taken', problems)
}
