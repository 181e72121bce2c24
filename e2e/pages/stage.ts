/**
 * What the tests of pages stand on: two instances of everything behind Caddy, the web wallet's too, and a browser. Built and
 * started once a file.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { startCaddy } from '@countersign/local-servers/caddy'
import { freePorts } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import { startChromium } from '@countersign/testing/browser/chromium'
import { startWebWallet } from '@countersign/web-wallet/main'
import type { Browser } from 'playwright-core'

export interface Stage {
  /** Of the pages, as a browser knows them. */
  readonly origin: string
  readonly cluster: Cluster
  readonly browser: Browser
  close(): Promise<void>
}

const BUILD = fileURLToPath(new URL('../../scripts/build-pages.mjs', import.meta.url))

export async function openStage(): Promise<Stage> {
  await promisify(execFile)(process.execPath, [BUILD])
  const [front = 0, one = 0, other = 0] = await freePorts(3)
  const origin = `http://localhost:${front}`
  const ends: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-pages-'))
    ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
    const cluster = await startCluster({ ports: 'free', flags: { wallet: pageFlags(origin) } })
    ends.push(() => cluster.stop())
    const walletUrl = cluster.urls.wallet
    for (const port of [one, other]) {
      const wallet = await startInstance(port, { origin, walletUrl, cwd: folder })
      ends.push(() => wallet.close())
    }
    const caddy = await startCaddy({
      sites: [{ port: front, upstreams: [`127.0.0.1:${one}`, `127.0.0.1:${other}`] }],
    })
    ends.push(() => caddy.stop())
    const browser = await startChromium()
    ends.push(() => browser.close())
    return { origin, cluster, browser, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What the wallet API has to know of its pages. */
function pageFlags(_origin: string): readonly string[] {
  return []
}

function startInstance(
  port: number,
  { origin, walletUrl, cwd }: { readonly origin: string; readonly walletUrl: string; readonly cwd: string },
): Promise<RunningService> {
  const argv = [`--webPort=${port}`, `--baseUrl=${origin}`, `--walletUrl=${walletUrl}`, '--logLevel=error']
  return startWebWallet({ argv, env: {}, cwd, defaultPort: port })
}
