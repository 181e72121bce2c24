/**
 * One service in its own process. Only the module of that service is loaded; which flags it knows is the service's
 * business. The process ends with the service: the first signal stops it in good order, the second at once.
 */
import type { ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/run-service'
import { stopOnSignal } from '@countersign/service/operation/lifecycle'
import type { CommandOutcome, Surroundings } from './command/command.ts'
import { startRefusal } from './command/start-refusal.ts'

export type ServiceName = 'wallet' | 'issuer' | 'verifier' | 'repository'

type StartService = (start: ServiceStart) => Promise<RunningService>

/** Loads the service's module; nothing runs before it is called. */
export const loadService: Readonly<Record<ServiceName, () => Promise<StartService>>> = {
  wallet: async () => (await import('@countersign/wallet/main')).startWallet,
  issuer: async () => (await import('@countersign/issuer/main')).startIssuer,
  verifier: async () => (await import('@countersign/verifier/main')).startVerifier,
  repository: async () => (await import('@countersign/repository/main')).startRepository,
}

export async function serviceCommand(
  name: ServiceName,
  argv: readonly string[],
  { env, cwd, complain }: Surroundings,
): Promise<CommandOutcome> {
  const start = await loadService[name]()
  try {
    const running = await start({ argv, env, cwd })
    stopOnSignal(running.close)
    return undefined
  } catch (error) {
    const reason = startRefusal(error)
    if (reason === undefined) throw error
    complain(`the ${name} does not start: ${reason}`)
    return 1
  }
}
