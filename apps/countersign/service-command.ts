/**
 * One service in its own process. Only the module of that service is loaded. The process ends with the service, and with a
 * start that is refused.
 */
import type { CommandOutcome, Surroundings } from './command/command.ts'
import { startRefusal } from './command/start-refusal.ts'
import type { ServiceEntry } from './services.ts'

export async function serviceCommand(
  { name, port, load }: ServiceEntry,
  argv: readonly string[],
  { env, cwd, complain, stopWhenTold }: Surroundings,
): Promise<CommandOutcome> {
  const start = await load()
  try {
    const running = await start({ argv, env, cwd, defaultPort: port })
    stopWhenTold(running.close)
    return undefined
  } catch (error) {
    const reason = startRefusal(error)
    if (reason === undefined) throw error
    complain(`the ${name} does not start: ${reason}`)
    return 1
  }
}
