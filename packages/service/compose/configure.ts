/** The beginning of every `main.ts`: read the configuration, or refuse the start with everything that is wrong with it. */
import type { z } from 'zod'
import { type Config, type LoadOptions, loadConfig, mistakeLines } from '../config/load.ts'
import type { SecureAddress } from '../config/secure-address.ts'
import type { Clock } from '../operation/clock.ts'
import { StartRefused } from '../operation/start-refused.ts'

/** What a service is started with: the command line after its name, the environment, the working directory. */
export interface ServiceStart {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Where it listens when nothing is configured. */
  readonly defaultPort: number
  /** Keys that another service in the same process knows: passed over instead of reported. */
  readonly knownElsewhere?: readonly string[]
  /** What the service goes by; the system's clock when absent. */
  readonly clock?: Clock | undefined
  /** Where others of the network reach it as well; nobody does when absent. */
  readonly secure?: SecureAddress | undefined
}

type ServiceOptions<Extra extends z.ZodRawShape> = Omit<LoadOptions<Extra>, keyof ServiceStart>

/** What of it outlives the configuration. */
export type StartFacts = Pick<ServiceStart, 'clock' | 'secure'>

/** Throws `StartRefused` with a line for each mistake. */
export async function configure<Extra extends z.ZodRawShape>(
  options: ServiceOptions<Extra>,
  start: ServiceStart,
): Promise<Config<Extra>> {
  const loaded = await loadConfig({ ...options, ...start })
  if (loaded.ok) return loaded.value
  const lines = mistakeLines(loaded.error)
  throw new StartRefused(
    `${lines.length === 1 ? 'a mistake' : `${lines.length} mistakes`} in its configuration`,
    lines,
  )
}
