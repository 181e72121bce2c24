/**
 * What the tests of pages stand on: two instances of everything behind Caddy, the web wallet's too, and a browser. The pages
 * were built before any test (`scripts/built-pages.setup.mjs`).
 */
import {
  type Cluster,
  type ClusterOptions,
  startCluster,
} from '@countersign/countersign/cluster/start-cluster'
import { startChromium } from '@countersign/testing/browser/chromium'
import type { Browser } from 'playwright-core'

export interface Stage {
  /** Of the wallet's pages, as a browser knows them. */
  readonly origin: string
  readonly cluster: Cluster
  readonly browser: Browser
  close(): Promise<void>
}

export async function openStage(more: Partial<ClusterOptions> = {}): Promise<Stage> {
  const browser = await startChromium()
  try {
    const cluster = await startCluster({
      ports: 'free',
      webWallets: 2,
      // A wallet that has looked at a list keeps it for so long: what was revoked since is seen after it.
      flags: { issuer: ['--statusListTtlSeconds=1'] },
      ...more,
    })
    const close = async () => {
      await browser.close()
      await cluster.stop()
    }
    return { origin: cluster.urls['web-wallet'], cluster, browser, close }
  } catch (error) {
    await browser.close()
    throw error
  }
}
