/** Where a service keeps what is durable: what is configured, else a file of its own on this machine. */
import { join } from 'node:path'

export interface DatabaseSetting {
  /** `issuer`: names the file. */
  readonly service: string
  readonly configured?: string | undefined
  /**
   * Other instances have to find the same data: a file of one machine is no default then, since what one of them keeps
   * there would not be found on the others.
   */
  readonly mustBeShared: boolean
  readonly dataDir?: string | undefined
}

/** Undefined when there is none: what that means, the service says. */
export function databaseUrl({
  service,
  configured,
  mustBeShared,
  dataDir,
}: DatabaseSetting): string | undefined {
  if (configured !== undefined) return configured
  if (mustBeShared || dataDir === undefined) return undefined
  return `sqlite:${join(dataDir, `${service}.sqlite`)}`
}
