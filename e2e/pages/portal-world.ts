/**
 * The portal as people use it: two instances of everything behind their balancers, and a browser. Wallets are scripts that speak the
 * protocols, a step at a time, so that a test can look at the page between any two. The pages were built before any test.
 */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { freePorts } from '@countersign/local-servers/ports'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import { startPortal } from '@countersign/portal/main'
import { makeLink, withOperators } from '@countersign/portal/operator-command'
import { startChromium } from '@countersign/testing/browser/chromium'
import { type PageOptions, type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'

export interface PortalWorld {
  readonly cluster: Cluster
  open(options?: PageOptions & { readonly origin?: string }): Promise<WatchedPage>
  /** A portal where operators log in, with a link for one of them. Started once. */
  withLogin(name: string): Promise<{ readonly url: string; readonly link: string }>
  stop(): Promise<void>
}

export function openPortalWorld(): Promise<PortalWorld> {
  return startedWhole(async (started) => {
    const cluster = await startCluster({ ports: 'free', wallets: 0, portals: 2 })
    started.add(() => cluster.stop())
    const browser = await startChromium()
    started.add(() => browser.close())
    let withLogin: ReturnType<typeof startWithLogin> | undefined
    return {
      cluster,
      open: ({ origin = cluster.urls.portal, ...options } = {}) => watchedPage(browser, origin, options),
      async withLogin(name) {
        withLogin ??= startWithLogin(cluster, started)
        const { argv, url } = await withLogin
        const start = { argv, env: {}, cwd: cluster.dataFolder, defaultPort: 0 }
        const made = await withOperators(start, (operators) => makeLink(operators, name))
        if (!made.ok) throw new Error(made.error.code)
        return { url, link: made.value.url }
      },
      stop: started.stop,
    }
  })
}

async function startWithLogin(cluster: Cluster, started: StopList) {
  const [port = 0] = await freePorts(1)
  const url = `http://localhost:${port}`
  const argv = [
    `--webPort=${port}`,
    `--baseUrl=${url}`,
    '--operatorLogin=true',
    `--database=${cluster.postgres.url}`,
    `--sessions=${cluster.redis?.url}`,
    `--data=${cluster.dataFolder}`,
    `--secretFile=${cluster.secretFile}`,
    `--issuerUrl=${cluster.urls.issuer}`,
    `--verifierUrl=${cluster.urls.verifier}`,
    `--repositoryUrl=${cluster.urls.repository}`,
    '--logLevel=silent',
  ]
  const running = await startPortal({ argv, env: {}, cwd: cluster.dataFolder, defaultPort: 0 })
  started.add(() => running.close())
  return { argv, url }
}
