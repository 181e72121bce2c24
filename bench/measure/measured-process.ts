/**
 * A Node process that is measured from outside: it runs the code of an operator, with the usage probe loaded before.
 * Its output goes to a log file, as a service's does. It knows nothing of what the process serves.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { NODE_FLAGS } from '@countersign/countersign/command/node-flags'

/** What the probe answers. */
export interface Usage {
  /** Since the process began. */
  readonly cpuMicroseconds: number
  readonly rssBytes: number
  readonly maxRssBytes: number
}

export interface ProcessStart {
  /** Path of the module, then its arguments. */
  readonly module: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd: string
  readonly logFile: string
  /** Leaves a CPU profile there at its end. */
  readonly profileDir?: string | undefined
}

export interface MeasuredProcess {
  readonly pid: number
  usage(): Promise<Usage>
  send(message: object): void
  /** Resolves with the next message that is not a usage. */
  message(): Promise<unknown>
  /** Undefined while it runs. */
  exitCode(): number | undefined
  log(): string
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<void>
}

const PROBE = fileURLToPath(new URL('./usage-probe.mjs', import.meta.url))
const STOP_GRACE_MS = 10_000

export function startMeasured(start: ProcessStart): MeasuredProcess {
  const log = openSync(start.logFile, 'a', 0o600)
  const profiling = start.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${start.profileDir}`]
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, ...profiling, '--import', PROBE, start.module, ...(start.args ?? [])],
    {
      cwd: start.cwd,
      env: { PATH: process.env['PATH'] ?? '', ...start.env },
      stdio: ['ignore', log, log, 'ipc'],
    },
  )
  closeSync(log)
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  return {
    pid: child.pid ?? 0,
    usage: async () => {
      const answer = nextMessage(child, isUsage)
      child.send('usage')
      return answer
    },
    send: (message) => void child.send(message),
    message: () => nextMessage(child, (message): message is unknown => !isUsage(message)),
    exitCode: () => child.exitCode ?? (child.signalCode === null ? undefined : 1),
    log: () => readFileSync(start.logFile, 'utf8').slice(-4000),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
      await ended
      clearTimeout(force)
    },
  }
}

function nextMessage<T>(child: ChildProcess, isWanted: (message: unknown) => message is T): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', take)
      child.off('exit', fail)
    }
    const take = (message: unknown) => {
      if (!isWanted(message)) return
      settle()
      resolve(message)
    }
    const fail = () => {
      settle()
      reject(new Error('a measured process ended in the middle'))
    }
    child.on('message', take)
    child.once('exit', fail)
  })
}

function isUsage(message: unknown): message is Usage {
  return typeof message === 'object' && message !== null && 'cpuMicroseconds' in message
}
