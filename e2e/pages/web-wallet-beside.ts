/** A server of the web wallet's pages over a cluster that runs, in this process: it can be away, and come back with other pages. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '@countersign/local-servers/ports'
import { startWebWallet } from '@countersign/web-wallet/main'
import type { StageCluster } from './stage.ts'

export interface WebWalletBeside {
  readonly url: string
  /** Nobody answers any more. */
  stop(): Promise<void>
  start(): Promise<void>
  /** The next start is with pages of another version, which look the same. */
  makeNewer(): Promise<void>
  close(): Promise<void>
}

const BUILT = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'apps/web-wallet/dist')

export async function startWebWalletBeside(cluster: StageCluster): Promise<WebWalletBeside> {
  const [port = 0] = await freePorts(1)
  const url = `http://localhost:${port}`
  const pages = await mkdtemp(join(tmpdir(), 'countersign-web-wallet-'))
  await cp(BUILT, pages, { recursive: true })
  const argv = [
    `--webPort=${port}`,
    `--baseUrl=${url}`,
    `--walletUrl=${cluster.urls.wallet}`,
    '--drainSeconds=0',
    '--logLevel=silent',
  ]
  const started = () => startWebWallet({ argv, env: {}, cwd: pages, defaultPort: 0 }, pages)
  let running: Awaited<ReturnType<typeof started>> | undefined = await started()
  const stop = async () => {
    await running?.close()
    running = undefined
  }
  let version = 1
  return {
    url,
    stop,
    async start() {
      running ??= await started()
    },
    async makeNewer() {
      version += 1
      const worker = join(pages, 'sw.js')
      const text = await readFile(worker, 'utf8')
      await writeFile(worker, text.replace(/(version:\s*["'`])[^"'`]+/, `$1newer-${version}`))
      for (const form of ['br', 'gz']) await rm(`${worker}.${form}`, { force: true })
    },
    async close() {
      await stop()
      await rm(pages, { recursive: true, force: true })
    },
  }
}
