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
import { makeLink, withOperators } from '@countersign/portal/operator-command'
import { startChromium } from '@countersign/testing/browser/chromium'
import { type PageOptions, type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import type { Browser } from 'playwright-core'

export interface PortalWorld {
  /** Of the balancer. */
  readonly url: string
  readonly cluster: Cluster
  open(options?: PageOptions & { readonly origin?: string }): Promise<WatchedPage>
  /** One where operators log in, with a link for one of them. Started once. */
  withLogin(name: string): Promise<{ readonly url: string; readonly link: string }>
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
    let withLogin: ReturnType<typeof startWithLogin> | undefined
    started.add(() => browser.close())
    return {
      url,
      cluster,
      open: ({ origin = url, ...options } = {}) => watchedPage(browser, origin, options),
      async withLogin(name) {
        withLogin ??= startWithLogin(cluster, started)
        const { argv, url: origin } = await withLogin
        const start = { argv, env: {}, cwd: cluster.dataFolder, defaultPort: 0 }
        const made = await withOperators(start, (operators) => makeLink(operators, name))
        if (!made.ok) throw new Error(made.error.code)
        return { url: origin, link: made.value.url }
      },
      stop: started.stop,
    }
  })
}

async function startPortals(cluster: Cluster, started: StopList): Promise<string> {
  const [port = 0, ...ports] = await freePorts(3)
  const url = `http://localhost:${port}`
  for (const [at, own] of ports.entries())
    await startOne(
      [...flagsOf(cluster, url), `--webPort=${own}`, `--instance=portal-${at + 1}`],
      cluster,
      started,
    )
  const caddy = await startCaddy({ sites: [{ port, upstreams: ports.map((own) => `127.0.0.1:${own}`) }] })
  started.add(() => caddy.stop())
  return url
}

async function startWithLogin(cluster: Cluster, started: StopList) {
  const [port = 0] = await freePorts(1)
  const url = `http://localhost:${port}`
  const argv = [
    ...flagsOf(cluster, url),
    `--webPort=${port}`,
    '--operatorLogin=true',
    `--database=${cluster.postgres.url}`,
  ]
  await startOne(argv, cluster, started)
  return { argv, url }
}

async function startOne(argv: readonly string[], cluster: Cluster, started: StopList): Promise<void> {
  const running = await startPortal({ argv, env: {}, cwd: cluster.dataFolder, defaultPort: 0 })
  started.add(() => running.close())
}

function flagsOf(cluster: Cluster, url: string): readonly string[] {
  return [
    `--baseUrl=${url}`,
    `--data=${cluster.dataFolder}`,
    `--sessions=${cluster.redis?.url}`,
    `--secretFile=${cluster.secretFile}`,
    `--issuerUrl=${cluster.urls.issuer}`,
    `--verifierUrl=${cluster.urls.verifier}`,
    `--repositoryUrl=${cluster.urls.repository}`,
    '--trustedProxies=127.0.0.1',
    '--logLevel=silent',
  ]
}
