/**
 * A server program that lives as long as this process wants it, and never longer (`watchdog.ts`).
 * Knows nothing of what the program does; readiness is asked by a function of the caller.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { endOf, watchOver } from './watchdog.ts'

export interface ProgramOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** The signal on which the program ends in good order. */
  readonly stopSignal: NodeJS.Signals
  /** Removed after the end, also when this process is killed. */
  readonly temporaryFolder?: string | undefined
  /** Asked until it answers true; by the process id it can tell this program from another on the same port. */
  readonly isReady: (pid: number) => Promise<boolean>
  readonly readyTimeoutMs?: number
}

export interface RunningProgram {
  readonly pid: number
  /** Ends it in good order, by force after ten seconds; resolves when it is gone. Harmless when repeated. */
  stop(): Promise<void>
  /** SIGKILL: what a power cut looks like. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open, nothing answers. */
  pause(): void
  resume(): void
}

const STOP_GRACE_MS = 10_000
const READY_TIMEOUT_MS = 20_000
const OUTPUT_KEPT = 4_000

/** Starts it and waits until it is ready; an early end is reported with what the program said. */
export async function runProgram(options: ProgramOptions): Promise<RunningProgram> {
  const { program, args, uid, gid } = options
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, uid, gid })
  const output = collectOutput(child)
  const ended = endOf(child)
  const watchdog = child.pid === undefined ? undefined : watchOver(child.pid, options)
  const cleaned = ended.then(async () => {
    watchdog?.kill('SIGKILL')
    if (options.temporaryFolder) await rm(options.temporaryFolder, { recursive: true, force: true })
  })
  const running = controls(child, cleaned, options.stopSignal)
  try {
    await becomeReady(running.pid, options, ended, output)
  } catch (error) {
    await running.kill()
    throw error
  }
  return running
}

/** A port that was free a moment ago on the loopback interface. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function controls(child: ChildProcess, cleaned: Promise<void>, stopSignal: NodeJS.Signals): RunningProgram {
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    child.kill('SIGCONT')
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
    await cleaned
    clearTimeout(force)
  }
  return {
    pid: child.pid ?? 0,
    stop: () => end(stopSignal),
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}

async function becomeReady(
  pid: number,
  options: ProgramOptions,
  ended: Promise<string>,
  output: () => string,
) {
  let end: string | undefined
  void ended.then((how) => {
    end = how
  })
  const deadline = Date.now() + (options.readyTimeoutMs ?? READY_TIMEOUT_MS)
  while (!(await options.isReady(pid))) {
    if (end !== undefined) throw new Error(`${options.program} ${end} at once: ${output()}`)
    if (Date.now() > deadline) throw new Error(`${options.program} did not become ready: ${output()}`)
    await sleep(20)
  }
}

function collectOutput(child: ChildProcess): () => string {
  let text = ''
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-OUTPUT_KEPT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => text.trim()
}
