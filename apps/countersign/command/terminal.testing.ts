/** A terminal for tests of commands: what they print, what they say beside it, and how they end. */
import type { CommandOutcome, Surroundings } from './command.ts'

type Run = (argv: readonly string[], surroundings: Surroundings) => Promise<CommandOutcome>

export async function atTerminal(run: Run, argv: readonly string[], cwd = '/') {
  const printed: string[] = []
  const complained: string[] = []
  const code = await run(argv, {
    env: {},
    cwd,
    print: (line) => void printed.push(line),
    complain: (line) => void complained.push(line),
    stopWhenTold: () => {},
  })
  return { code, blocks: printed, printed: printed.join('\n'), complained: complained.join('\n') }
}
