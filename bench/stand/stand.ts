/**
 * The test stand of a run: one Redis, one deployment, wallets, and services that are started when a figure first asks
 * for them; for what people see, a cluster with its pages and a browser. Whatever was started is stopped at the end, and
 * its files are removed.
 */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { startChromium } from '@countersign/testing/browser/chromium'
import type { Browser } from 'playwright-core'
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
  /** Two instances of everything behind Caddy, the pages too, on stores of their own; as `countersign cluster` starts it. */
  cluster(): Promise<Cluster>
  browser(): Promise<Browser>
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
  const keep = <T extends { stop(): Promise<void> }>(running: T): T => {
    kept.push(running)
    return running
  }
  let cluster: Promise<Cluster> | undefined
  let browser: Promise<Browser> | undefined
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
    cluster: () => {
      cluster ??= startCluster({ ports: 'free', webWallets: 2, portals: 2 }).then(keep)
      return cluster
    },
    browser: () => {
      browser ??= startChromium().then((started) => {
        keep({ stop: () => started.close() })
        return started
      })
      return browser
    },
    keep,
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
