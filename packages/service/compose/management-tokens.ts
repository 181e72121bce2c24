/** Tokens of the operator's own authorization server at the management door, where the configuration names one. */
import type { ManagementTokens } from '../config/management-tokens.ts'
import type { CallerJudge } from '../http/callers/caller-judge.ts'
import { StartRefused } from '../operation/start-refused.ts'
import type { Outgoing } from './outgoing.ts'
import type { Runtime } from './runtime.ts'

export interface TokenSettings {
  readonly managementApiKey?: string | undefined
  readonly managementTokens?: ManagementTokens | undefined
}

export async function managementTokenJudges(
  { log, now }: Pick<Runtime, 'log' | 'now'>,
  { remote }: Pick<Outgoing, 'remote'>,
  { managementApiKey, managementTokens: settings }: TokenSettings,
): Promise<readonly CallerJudge[]> {
  if (settings === undefined) return []
  // Without it the door is open on loopback, and no token would be looked at.
  if (managementApiKey === undefined) throw new StartRefused('managementTokens needs managementApiKey')
  // Few have one, and a start is mostly loading.
  const { tokenJudge } = await import('../tokens/token-judge.ts')
  return [tokenJudge({ settings, remote, now, warn: (message) => log.warn(message) })]
}
