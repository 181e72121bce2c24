/** One more portal over a cluster that runs, in this process, with flags of its own. */
import { freePorts } from '@countersign/local-servers/ports'
import type { StopList } from '@countersign/local-servers/stop-list'
import { startPortal } from '@countersign/portal/main'
import type { StageCluster } from './stage.ts'

export interface PortalBeside {
  readonly port: number
  readonly url: string
  /** With which another process of it would be started. */
  readonly argv: readonly string[]
}

export async function startPortalBeside(
  cluster: StageCluster,
  started: StopList,
  flags: readonly string[],
): Promise<PortalBeside> {
  const [port = 0] = await freePorts(1)
  const url = `http://localhost:${port}`
  const argv = [
    `--webPort=${port}`,
    `--baseUrl=${url}`,
    `--sessions=${cluster.redis?.url}`,
    `--data=${cluster.dataFolder}`,
    `--secretFile=${cluster.secretFile}`,
    `--issuerUrl=${cluster.urls.issuer}`,
    `--verifierUrl=${cluster.urls.verifier}`,
    `--repositoryUrl=${cluster.urls.repository}`,
    '--logLevel=silent',
    ...flags,
  ]
  const running = await startPortal({ argv, env: {}, cwd: cluster.dataFolder, defaultPort: 0 })
  started.add(() => running.close())
  return { port, url, argv }
}
