/**
 * The test stand of a run: one Redis, one deployment, wallets, and services that are started when a figure first asks
 * for them. Whatever was started is stopped at the end, and its files are removed.
 */
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { type Holder, makeHolders } from '../load/holders.ts'
import type { Settings } from '../settings.ts'
import { type BenchDeployment, makeDeployment } from './deployment.ts'
import { type RedisControl, redisControl } from './redis-control.ts'
import { type Service, type ServiceWish, startService } from './services.ts'

export interface Stand {
  readonly settings: Settings
  readonly deployment: BenchDeployment
  readonly redis: RedisServer & RedisControl
  readonly holders: readonly Holder[]
  /** The same one for the same number; instances are told apart by it. */
  service(name: ServiceWish['name'], instance?: number): Promise<Service>
  /** Stopped with the stand. */
  keep<T extends { stop(): Promise<void> }>(running: T): T
  close(): Promise<void>
}

export async function openStand(settings: Settings, profileDir?: string): Promise<Stand> {
  const deployment = await makeDeployment()
  const server = await startRedis()
  const control = await redisControl(server.port)
  const started = new Map<string, Promise<Service>>()
  const kept: { stop(): Promise<void> }[] = []
  return {
    settings,
    deployment,
    redis: { ...server, ...control },
    holders: await makeHolders(deployment.issuer),
    service: (name, instance = 1) => {
      const key = `${name}${instance}`
      const running = started.get(key) ?? startService({ name, deployment, redisUrl: server.url, profileDir })
      started.set(key, running)
      return running
    },
    keep: (running) => {
      kept.push(running)
      return running
    },
    close: async () => {
      const services = await Promise.allSettled(started.values())
      const running = services.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      await Promise.all([...running, ...kept].map((one) => one.stop()))
      control.close()
      await server.stop()
      await deployment.remove()
    },
  }
}
