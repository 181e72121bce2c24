/**
 * What the tests of pages stand on: two instances of everything behind Caddy, and a browser. One cluster is there for all files
 * (`stage.setup.ts`), so whoever stops a part of it starts one of his own. The pages were built before any test
 * (`scripts/built-pages.setup.mjs`).
 */
import type { Cluster, ClusterOptions } from '@countersign/countersign/cluster/start-cluster'
import { startChromium } from '@countersign/testing/browser/chromium'
import type { Browser } from 'playwright-core'

/** What of a cluster can be told to another process. */
export interface StageCluster extends Pick<Cluster, 'urls' | 'dataFolder' | 'secretFile'> {
  readonly redis?: Pick<NonNullable<Cluster['redis']>, 'url'>
  readonly postgres: Pick<Cluster['postgres'], 'url'>
}

export const STAGE_CLUSTER: ClusterOptions = {
  ports: 'free',
  webWallets: 2,
  portals: 2,
  // Nobody ends here before all do; being looked at as often as in a deployment costs a tenth of what two cores can do.
  lookEveryMs: 1_000,
  // A wallet that has looked at a list keeps it for so long: what was revoked since is seen after it. What is agreed to later is
  // asked for as often as this.
  flags: {
    issuer: ['--statusListTtlSeconds=1', '--deferredIntervalSeconds=10'],
    verifier: ['--clientContact=privacy@shop.example'],
  },
}

export interface Stage {
  /** Of the wallet's pages, as a browser knows them. */
  readonly origin: string
  readonly cluster: StageCluster
  readonly browser: Browser
  close(): Promise<void>
}

export async function openStage(cluster: StageCluster): Promise<Stage> {
  const browser = await startChromium()
  return { origin: cluster.urls['web-wallet'], cluster, browser, close: () => browser.close() }
}
