/**
 * A program that lives as long as this process wants it, and never longer: it stands in a process group of its own, so
 * that Ctrl-C at the terminal reaches only the one who stops all in order, and a watchdog ends it when this process dies
 * in whatever way (`watchdog.ts`). Whatever outlives the call that starts it is started here and nowhere else. Knows nothing
 * of what the program does; readiness is asked by a function of the caller.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { endOf, watchOver } from './watchdog.ts'

export interface ProgramOptions {
  readonly program: string
  readonly args: readonly string[]
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly cwd?: string | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** The signal on which the program ends in good order; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  /** Removed after the end, also when this process is killed. */
  readonly temporaryFolder?: string | undefined
  /** Its output is appended there, readable by the owner only. Without it the end of the output is kept in memory. */
  readonly logFile?: string | undefined
  /** Hears all of its output, where there is no log file. */
  readonly onOutput?: (text: string, from: 'stdout' | 'stderr') => void
  /** A Node program that takes messages (`process.on('message')`). */
  readonly takesMessages?: boolean
}

export interface Program {
  readonly pid: number
  /** Resolves with `ended by SIGKILL`, `ended with code 1` … when it is gone and its output read, and its temporary folder with it. */
  readonly ended: Promise<string>
  /** Undefined while it runs, and where a signal ended it. */
  exitCode(): number | undefined
  isRunning(): boolean
  /** Nothing happens to one that is gone: its id may be a stranger's by now. */
  signal(signal: NodeJS.Signals): void
  /** Ends it in good order, after half a minute by force; resolves when it is gone. Harmless when repeated. */
  stop(): Promise<void>
  /** SIGKILL: what a power cut looks like. */
  kill(): Promise<void>
  /** Sends a message and resolves with the next one that the program sends; rejects when it ends before. */
  ask(message: object): Promise<unknown>
  /** The next message that the program sends by itself; rejects when it ends before. */
  message(): Promise<unknown>
  /** The end of what it said. */
  said(): Promise<string>
}

const STOP_GRACE_MS = 30_000
// A machine under load takes ten times as long as one that is idle, and a program that fails ends and is told at once.
const READY_WITHIN_MS = 120_000
const POLL_MS = 20
const OUTPUT_KEPT = 4_000
/** For what is still in the pipe at the end. What the program left running in the background may hold the pipe open for ever. */
const OUTPUT_MS = 1_000

/** Starts it; one that cannot be started has `ended` at once. */
export function startProgram(options: ProgramOptions): Program {
  const { logFile } = options
  const child = logFile === undefined ? spawnWith(options, 'pipe') : spawnWithLog(options, logFile)
  const said = logFile === undefined ? collectOutput(child, options.onOutput) : () => tailOf(logFile)
  const outputRead = new Promise<void>((resolve) => void child.once('close', () => resolve()))
  const watchdog = child.pid === undefined ? undefined : watchOver(child.pid, options)
  let running = child.pid !== undefined
  const ended = endOf(child).then(async (how) => {
    running = false
    watchdog?.kill('SIGKILL')
    await Promise.race([outputRead, delay(OUTPUT_MS, undefined, { ref: false })])
    if (options.temporaryFolder) await rm(options.temporaryFolder, { recursive: true, force: true })
    return how
  })
  const signal = (name: NodeJS.Signals) => void (running && child.kill(name))
  const end = async (name: NodeJS.Signals) => {
    signal(name)
    // One that was stopped cannot heed a signal.
    signal('SIGCONT')
    const force = setTimeout(() => signal('SIGKILL'), STOP_GRACE_MS)
    await ended
    clearTimeout(force)
  }
  return {
    pid: child.pid ?? 0,
    ended,
    exitCode: () => child.exitCode ?? undefined,
    isRunning: () => running,
    signal,
    stop: () => end(options.stopSignal ?? 'SIGTERM'),
    kill: () => end('SIGKILL'),
    ask: (message) => {
      const answer = nextMessage(child)
      child.send(message, () => {})
      return answer
    },
    message: () => nextMessage(child),
    said,
  }
}

export interface Patience {
  /** Default two minutes. */
  readonly withinMs?: number
  /** How long it is left alone between two questions. */
  readonly pollMs?: number
}

/**
 * Asks until `isReady` answers true. When the program ends before, or the time is over, it is ended and the error has the
 * end of what it said.
 */
export async function untilReady(
  program: Program,
  name: string,
  isReady: () => Promise<boolean>,
  { withinMs = READY_WITHIN_MS, pollMs = POLL_MS }: Patience = {},
): Promise<void> {
  let end: string | undefined
  void program.ended.then((how) => {
    end = how
  })
  const deadline = performance.now() + withinMs
  while (!(await isReady())) {
    if (end === undefined && performance.now() < deadline) {
      await delay(pollMs)
      continue
    }
    const problem = `${name} ${end ?? 'did not become ready'}; it said:\n${await program.said()}`
    await program.kill()
    throw new Error(problem)
  }
}

/** The last lines of a log; empty when there is none. */
export async function tailOf(logFile: string): Promise<string> {
  const file = await open(logFile, 'r').catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - OUTPUT_KEPT)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(OUTPUT_KEPT), 0, OUTPUT_KEPT, from)
    return buffer.toString('utf8', 0, bytesRead).trim()
  } finally {
    await file.close()
  }
}

function spawnWith(options: ProgramOptions, output: 'pipe' | number): ChildProcess {
  const { program, args, env, cwd, uid, gid, takesMessages = false } = options
  const stdio: StdioOptions = ['ignore', output, output, ...(takesMessages ? (['ipc'] as const) : [])]
  return spawn(program, args, { stdio, detached: true, env, cwd, uid, gid })
}

function spawnWithLog(options: ProgramOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a', 0o600)
  try {
    return spawnWith(options, log)
  } finally {
    closeSync(log)
  }
}

function collectOutput(child: ChildProcess, tell: ProgramOptions['onOutput']): () => Promise<string> {
  let end = ''
  for (const from of ['stdout', 'stderr'] as const) {
    child[from]?.setEncoding('utf8').on('data', (text: string) => {
      end = (end + text).slice(-OUTPUT_KEPT)
      tell?.(text, from)
    })
  }
  return async () => end.trim()
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settled = () => {
      child.off('exit', onEnd).off('message', onMessage)
    }
    const onEnd = () => {
      settled()
      reject(new Error('the program ended before it answered'))
    }
    const onMessage = (message: unknown) => {
      settled()
      resolve(message)
    }
    if (!child.connected) return onEnd()
    child.once('exit', onEnd).once('message', onMessage)
  })
}
