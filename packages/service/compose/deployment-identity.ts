/**
 * The identity that all instances of a deployment share: found where it is kept, made there once in development. A shared
 * store that is still starting is waited for, since instances and Redis come up together.
 */
import { resolve } from 'node:path'
import { type Deployment, openDeployment } from '@countersign/keys/deployment/deployment'
import {
  directoryShelf,
  type IdentityShelf,
  layeredShelf,
  sharedShelf,
} from '@countersign/keys/deployment/identity-store'
import type { StoreEngine } from '@countersign/stores/ports'
import { textSessions } from '@countersign/stores/text-sessions'
import { whenReached } from '@countersign/stores/when-reached'
import type { ServiceConfig } from '../config/schema.ts'
import { StartRefused } from '../operation/start-refused.ts'

export interface IdentityPlace {
  readonly config: Pick<ServiceConfig, 'mode' | 'secret' | 'storeWaitSeconds'>
  readonly engine: StoreEngine
  readonly dataDir: string | undefined
  /** Epoch seconds. */
  readonly now: () => number
  readonly warn: (message: string) => void
}

/** Throws `StartRefused` for what an operator can repair, and what the store says once patience is over. */
export function openIdentity(place: IdentityPlace): Promise<Deployment> {
  const { config, engine, warn } = place
  const { description } = engine
  return whenReached(() => open(place), { description, warn, waitSeconds: config.storeWaitSeconds })
}

async function open(place: IdentityPlace): Promise<Deployment> {
  const { config, now, warn } = place
  const shelf = identityShelf(place)
  const opened = await openDeployment({
    mode: config.mode,
    warn,
    now,
    shelf,
    configuredSecret: config.secret,
  })
  if (opened.ok) return opened.value
  const { deploymentSentence } = await import('./start-sentences.ts')
  throw new StartRefused(deploymentSentence(opened.error))
}

function identityShelf({ engine, dataDir, warn }: IdentityPlace): IdentityShelf | undefined {
  const directory = dataDir === undefined ? undefined : directoryShelf(resolve(dataDir, 'identity'))
  return engine.shared
    ? layeredShelf(sharedShelf(textSessions(engine.sessions('deployment'))), directory, warn)
    : directory
}
