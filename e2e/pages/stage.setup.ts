/** Starts the cluster of all files of pages before the first, and stops it after the last. */
import { startCluster } from '@countersign/countersign/cluster/start-cluster'
import type { TestProject } from 'vitest/node'
import { STAGE_CLUSTER, type StageCluster } from './stage.ts'

declare module 'vitest' {
  interface ProvidedContext {
    stageCluster: StageCluster
  }
}

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { dataFolder, postgres, redis, secretFile, stop, urls } = await startCluster(STAGE_CLUSTER)
  provide('stageCluster', {
    urls,
    dataFolder,
    secretFile,
    postgres: { url: postgres.url },
    ...(redis !== undefined && { redis: { url: redis.url } }),
  })
  return stop
}
