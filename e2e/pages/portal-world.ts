/**
 * The portal as people use it: two instances behind a balancer, over two issuers and two verifiers behind theirs, and a browser. Wallets
 * are scripts that speak the protocols, a step at a time, so that a test can look at the page between any two.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { startCaddy } from '@countersign/local-servers/caddy'
import { freePorts } from '@countersign/local-servers/ports'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import { startPortal } from '@countersign/portal/main'
import { startChromium } from '@countersign/testing/browser/chromium'
import { type PageOptions, type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import type { Browser } from 'playwright-core'

export interface PortalWorld {
  /** Of the balancer. */
  readonly url: string
  readonly cluster: Cluster
  open(options?: PageOptions): Promise<WatchedPage>
  stop(): Promise<void>
}

const BUILD = join(import.meta.dirname, '../../scripts/build-pages.mjs')

export function openPortalWorld(): Promise<PortalWorld> {
  return startedWhole(async (started) => {
    await promisify(execFile)(process.execPath, [BUILD])
    const cluster = await startCluster({ ports: 'free', wallets: 0, issuers: 2, verifiers: 2 })
    started.add(() => cluster.stop())
    const url = await startPortals(cluster, started)
    const browser: Browser = await startChromium()
    started.add(() => browser.close())
    return {
      url,
      cluster,
      open: (options) => watchedPage(browser, url, options),
      stop: started.stop,
    }
  })
}

async function startPortals(cluster: Cluster, started: StopList): Promise<string> {
  const [port = 0, ...ports] = await freePorts(3)
  const url = `http://localhost:${port}`
  for (const [at, own] of ports.entries()) {
    const running = await startPortal({
      argv: [
        `--webPort=${own}`,
        `--baseUrl=${url}`,
        `--instance=portal-${at + 1}`,
        `--data=${cluster.dataFolder}`,
        `--sessions=${cluster.redis?.url}`,
        `--secretFile=${cluster.secretFile}`,
        `--issuerUrl=${cluster.urls.issuer}`,
        `--verifierUrl=${cluster.urls.verifier}`,
        `--repositoryUrl=${cluster.urls.repository}`,
        '--trustedProxies=127.0.0.1',
        '--logLevel=silent',
      ],
      env: {},
      cwd: cluster.dataFolder,
      defaultPort: own,
    })
    started.add(() => running.close())
  }
  const caddy = await startCaddy({ sites: [{ port, upstreams: ports.map((own) => `127.0.0.1:${own}`) }] })
  started.add(() => caddy.stop())
  return url
}
