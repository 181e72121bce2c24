/**
 * The engine of the session stores, chosen by where it is: the memory of this process, or a Redis that instances share.
 * What is not chosen is not loaded. It stands above the engines that it knows, so none of them may know it.
 */
import { openMemoryEngine } from './memory.ts'
import type { StoreEngine } from './ports.ts'

export type EngineAddress =
  | { readonly type: 'memory' }
  | { readonly type: 'redis'; readonly url: string }
  | {
      readonly type: 'redis'
      readonly host: string
      readonly port: number
      readonly username?: string | undefined
      readonly password?: string | undefined
    }

export interface EngineOptions {
  /** Starts every key and channel, so that deployments can share a server. */
  readonly keyPrefix: string
  /** For the operator's log; never with credentials. */
  readonly onProblem: (message: string) => void
  /** When entries in the memory of this process end; the process's own clock when absent. A Redis goes by its own. */
  readonly monotonicMs?: (() => number) | undefined
}

/** The server need not be there yet: operations fail with `StoreUnavailable` until it is. `TypeError` for a bad URL. */
export async function openEngine(address: EngineAddress, options: EngineOptions): Promise<StoreEngine> {
  if (address.type === 'memory') return openMemoryEngine({ now: options.monotonicMs })
  const { openRedisEngine } = await import('./redis/redis-engine.ts')
  if ('url' in address) return openRedisEngine({ url: address.url, ...options })
  const { host, port, username, password } = address
  return openRedisEngine({
    url: `redis://${host}:${port}`,
    ...options,
    username,
    password,
  })
}
