/** A command that ends, at the latest when its time is over, and what it said. */
import { spawn } from 'node:child_process'

export interface Finished {
  /** Undefined when a signal ended it, which is so when it took too long. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface Command {
  readonly command: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string | undefined
}

const OUTPUT_MS = 1_000

export function finishedWithin(withinMs: number, { command, env, cwd }: Command): Promise<Finished> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: withinMs,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8')
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8')
    })
    child.once('error', reject)
    // What it left running in the background may hold its output open, so `close` is not waited for without an end.
    child.once('exit', (code) => {
      const finish = () => resolve({ code: code ?? undefined, stdout, stderr })
      child.once('close', finish)
      setTimeout(finish, OUTPUT_MS).unref()
    })
  })
}
