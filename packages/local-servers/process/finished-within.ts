/** A command that ends, at the latest when its time is over or this process is gone, and all that it said. */
import { type ProgramOptions, startProgram } from './program.ts'

export type Command = Pick<ProgramOptions, 'program' | 'args' | 'env' | 'cwd'>

export interface Finished {
  /** Undefined when a signal ended it, which is so when it took too long. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Throws when it cannot be started. */
export async function finishedWithin(withinMs: number, command: Command): Promise<Finished> {
  const said = { stdout: '', stderr: '' }
  const running = startProgram({
    ...command,
    onOutput: (text, from) => {
      said[from] += text
    },
  })
  const tooLong = setTimeout(() => void running.kill(), withinMs)
  const how = await running.ended
  clearTimeout(tooLong)
  if (running.pid === 0) throw new Error(`${command.program} ${how}`)
  return { code: running.exitCode(), ...said }
}
