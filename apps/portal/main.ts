/** Opens what the portal stands on, as its configuration says, and starts it. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeBase64url } from '@countersign/core/base64url'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { openedOn, type RunningService, runService } from '@countersign/service/compose/run-service'
import { openRuntime, type Runtime } from '@countersign/service/compose/runtime'
import type { Config } from '@countersign/service/config/load'
import { isLoopbackHost } from '@countersign/service/config/loopback-host'
import { readBuiltPages } from '@countersign/service/http/pages/built-pages'
import { refuseBasePath } from '@countersign/service/http/pages/own-host'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { portalService } from './build.ts'
import { portalShape } from './config.ts'
import { type DemoControl, demoControl } from './demo-control.ts'
import { openOperators } from './open-operators.ts'
import { openUpstreams } from './open-upstreams.ts'
import { hasOperators } from './operators/operators.ts'
import type { BegunVerification, Verifications } from './verifications.ts'

type PortalConfig = Config<typeof portalShape>

const BUILT = fileURLToPath(new URL('dist', import.meta.url))

export async function startPortal(start: ServiceStart, built = BUILT): Promise<RunningService> {
  const config = await configure({ service: 'portal', extra: portalShape, managementDoor: false }, start)
  refuseBasePath(config.baseUrl)
  const login = mustLogIn(config)
  const upstreams = openUpstreams(config, (file) => resolve(start.cwd, file))
  const pages = await readBuiltPages(built)
  const runtime = await openRuntime(config, portalShape, { clock: start.clock })
  const opened = await openedOn(runtime, async () => (login ? openOperators(runtime, config) : undefined))
  if (opened !== undefined && !(await hasOperators(opened.operators)))
    runtime.log.warn(
      'nobody can log in yet: countersign operator add NAME prints a link for the first operator',
    )
  const development = config.mode === 'development'
  const parts = portalService({
    pages,
    operators: opened?.operators,
    upstreams,
    verifications: openVerifications(runtime),
    baseUrl: config.baseUrl,
    webWalletUrl: config.webWalletUrl ?? (development ? 'http://localhost:7101' : undefined),
    demo: openDemo(config),
  })
  return runService(runtime, parts, opened === undefined ? [] : [opened.check])
}

/** Whoever may call it ends processes: that is for one's own machine alone. */
function openDemo(config: PortalConfig): DemoControl | undefined {
  const { demoSocket } = config
  if (demoSocket === undefined) return undefined
  if (isOwnMachine(config)) return demoControl(demoSocket)
  throw new StartRefused(
    `demoSocket is for development on loopback: in ${config.mode} on ${config.webHost} nobody stops instances from a page`,
  )
}

/** Without a log-in whoever reaches the portal issues in the operator's name: that is for one's own machine alone. */
function mustLogIn(config: PortalConfig): boolean {
  const ownMachine = isOwnMachine(config)
  if (config.operatorLogin !== false || ownMachine) return config.operatorLogin ?? !ownMachine
  throw new StartRefused(
    `operatorLogin cannot be off in ${config.mode} on ${config.webHost}: whoever reaches the portal would issue in your name`,
  )
}

function isOwnMachine({ mode, webHost }: PortalConfig): boolean {
  return mode === 'development' && isLoopbackHost(webHost)
}

function openVerifications({ now, stores }: Runtime): Verifications {
  return {
    begun: stores.sessions<BegunVerification>('portal-browser', 1),
    newBrowserId: () => encodeBase64url(nodeCrypto.randomBytes(32)),
    hash: (text) => createHash('sha256').update(text).digest('base64url'),
    now,
  }
}
