/**
 * The portal as people use it, on the cluster of all files (`stage.ts`), and a browser. Wallets are scripts that speak the
 * protocols, a step at a time, so that a test can look at the page between any two. The pages were built before any test.
 */
import { startedWhole } from '@countersign/local-servers/stop-list'
import { makeLink, withOperators } from '@countersign/portal/operator-command'
import { startChromium } from '@countersign/testing/browser/chromium'
import { type PageOptions, type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { type BrokenPortal, REBOUND_FLAG, startBrokenPortal } from './broken-portal.ts'
import { type PortalBeside, startPortalBeside } from './portal-beside.ts'
import type { StageCluster } from './stage.ts'

export interface PortalWorld {
  readonly cluster: StageCluster
  open(options?: PageOptions & { readonly origin?: string }): Promise<WatchedPage>
  /** A portal where operators log in, with a link for one of them. Started once. */
  withLogin(name: string): Promise<{ readonly url: string; readonly link: string }>
  /** One more portal, with flags of its own. */
  beside(flags: readonly string[]): Promise<PortalBeside>
  /** A portal whose repository fails as the test says. Started once. */
  broken(): Promise<BrokenPortal>
  stop(): Promise<void>
}

export function openPortalWorld(cluster: StageCluster): Promise<PortalWorld> {
  return startedWhole(async (started) => {
    const browser = await startChromium([REBOUND_FLAG])
    started.add(() => browser.close())
    let withLogin: Promise<PortalBeside> | undefined
    let broken: Promise<BrokenPortal> | undefined
    return {
      cluster,
      open: ({ origin = cluster.urls.portal, ...options } = {}) => watchedPage(browser, origin, options),
      async withLogin(name) {
        const flags = ['--operatorLogin=true', `--database=${cluster.postgres.url}`]
        withLogin ??= startPortalBeside(cluster, started, flags)
        const { argv, url } = await withLogin
        const start = { argv, env: {}, cwd: cluster.dataFolder, defaultPort: 0 }
        const made = await withOperators(start, (operators) => makeLink(operators, name))
        if (!made.ok) throw new Error(made.error.code)
        return { url, link: made.value.url }
      },
      beside: (flags) => startPortalBeside(cluster, started, flags),
      broken() {
        broken ??= startBrokenPortal(cluster, started)
        return broken
      },
      stop: started.stop,
    }
  })
}
