/**
 * Redis and PostgreSQL as an operator runs them who wants to lose nothing: each write is on disk before it is answered,
 * and a server that was killed comes back on its port with what it had.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '@countersign/local-servers/ports'
import { startPostgres } from '@countersign/local-servers/postgres-server'
import { startRedis } from '@countersign/local-servers/redis-server'
import { startedWhole } from '@countersign/local-servers/stop-list'

export interface DurableStores {
  readonly redisUrl: string
  readonly databaseUrl: string
  /** SIGSTOP, and SIGCONT when the promise that is handed in resolves: connected, and silent. */
  pauseRedis(meanwhile: () => Promise<void>): Promise<void>
  /** SIGKILL, and started again. */
  killRedis(meanwhile: () => Promise<void>): Promise<void>
  /** Its fast shutdown, and started again. */
  restartPostgres(meanwhile: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

export function startDurableStores(): Promise<DurableStores> {
  return startedWhole(async (started) => {
    // PostgreSQL runs as another user, who must reach its own folder and no other.
    const [folder = '', dataFolder = ''] = await Promise.all(['redis', 'postgres'].map(newFolder))
    started.add(() => Promise.all([removed(folder), removed(dataFolder)]))
    const [redisPort = 0, postgresPort = 0] = await freePorts(2)
    const args = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always']
    const openRedis = () => startRedis({ port: redisPort, args })
    const openPostgres = () => startPostgres({ port: postgresPort, dataFolder })
    let redis = await openRedis()
    started.add(() => redis.stop())
    let postgres = await openPostgres()
    started.add(() => postgres.stop())
    return {
      redisUrl: redis.url,
      databaseUrl: postgres.url,
      async pauseRedis(meanwhile) {
        redis.signal('SIGSTOP')
        await meanwhile().finally(() => redis.signal('SIGCONT'))
      },
      async killRedis(meanwhile) {
        await redis.kill()
        await meanwhile()
        redis = await openRedis()
      },
      async restartPostgres(meanwhile) {
        await postgres.stop()
        await meanwhile()
        postgres = await openPostgres()
      },
      stop: started.stop,
    }
  })
}

function newFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `countersign-chaos-${name}-`))
}

function removed(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 })
}
