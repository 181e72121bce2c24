/**
 * A program of the cluster: its output goes to a file that outlives it, it takes any signal, and it says when it has
 * ended. It stands in a process group of its own, so that Ctrl-C at the terminal reaches only the one who stops
 * all in order; a watchdog on a pipe of ours ends it when this process dies without doing so.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { endOf, watchOver } from './watchdog.ts'

export interface ProcessOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Appended to; readable by the owner only. */
  readonly logFile: string
  /** Removed when this process dies; otherwise its owner removes it. */
  readonly temporaryFolder?: string
}

export interface Process {
  readonly pid: number
  readonly logFile: string
  /** Resolves with `ended by SIGKILL`, `ended with code 1` … when it is gone. */
  readonly ended: Promise<string>
  isRunning(): boolean
  /** Nothing happens to one that is gone. */
  signal(signal: NodeJS.Signals): void
  /** Sends the signal and waits until it is gone; after ten seconds by force. */
  end(signal: NodeJS.Signals): Promise<void>
}

const END_GRACE_MS = 10_000
const READY_TIMEOUT_MS = 30_000
const LOG_TAIL_BYTES = 4_000

export function startProcess(options: ProcessOptions): Process {
  const { program, args, env, logFile } = options
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(program, args, { env, stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  const watchdog =
    child.pid === undefined ? undefined : watchOver(child.pid, { stopSignal: 'SIGTERM', ...options })
  let running = child.pid !== undefined
  const ended = endOf(child).then((how) => {
    running = false
    watchdog?.kill('SIGKILL')
    return how
  })
  const signal = (name: NodeJS.Signals) => void (running && child.kill(name))
  return {
    pid: child.pid ?? 0,
    logFile,
    ended,
    isRunning: () => running,
    signal,
    async end(name) {
      signal(name)
      // One that was stopped cannot heed a signal.
      signal('SIGCONT')
      const force = setTimeout(() => signal('SIGKILL'), END_GRACE_MS)
      await ended
      clearTimeout(force)
    },
  }
}

/** Waits for `isReady`; when the process ends before, or nothing happens for 30 s, throws with the end of its log. */
export async function untilTrue(
  running: Process,
  name: string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await isReady())) {
    if (running.isRunning() && Date.now() < deadline) {
      await delay(30)
      continue
    }
    const problem = running.isRunning() ? 'did not become ready' : 'ended at once'
    const said = await tailOf(running.logFile)
    await running.end('SIGKILL')
    throw new Error(`${name} ${problem}; it said:\n${said}`)
  }
}

/** The last lines of a log; empty when there is none. */
export async function tailOf(logFile: string): Promise<string> {
  const file = await open(logFile, 'r').catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - LOG_TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOG_TAIL_BYTES), 0, LOG_TAIL_BYTES, from)
    return buffer.toString('utf8', 0, bytesRead).trim()
  } finally {
    await file.close()
  }
}
