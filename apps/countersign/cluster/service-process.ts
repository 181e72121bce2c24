/**
 * One instance of a service in a process of its own, by the same command that an operator types. It can be killed
 * with any signal and started again on the same port, under the same name.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Program, startProgram, tailOf, untilReady } from '@countersign/local-servers/process/program'
import { NODE_FLAGS } from '../command/node-flags.ts'
import type { ServiceName } from '../services.ts'
import type { InstancePlan } from './topology.ts'

export interface ClusterService {
  /** `verifier1`; also its `x-instance`. */
  readonly name: string
  readonly service: ServiceName
  readonly port: number
  /** This instance itself, without the balancer. */
  readonly url: string
  /** Of the process that runs now, or ran last. */
  readonly pid: number
  /** Appended to at every start. */
  readonly logFile: string
  isRunning(): boolean
  /** Resolves when it is gone; after SIGSTOP and SIGCONT, and after signals that do not end a process, at once. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Ends it by SIGKILL if it still runs and starts it again; resolves when the balancer sends it requests. */
  restart(): Promise<void>
  /** The end of its log, for messages of tests. */
  logTail(): Promise<string>
}

export interface ServiceProcessOptions {
  readonly plan: InstancePlan
  /** Everything after `countersign verifier`. */
  readonly flags: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
  /** Where the balancer listens for the service. */
  readonly publicUrl: string
  /** Called when it ends without having been told to. */
  readonly onUnexpectedEnd: (name: string, how: string) => void
}

export interface StartedService extends ClusterService {
  /** Resolves when its own `/readyz` is 200. */
  ready(): Promise<void>
  /** SIGTERM, and SIGKILL after half a minute. */
  stop(): Promise<void>
}

const COMMAND = fileURLToPath(new URL('../main.mjs', import.meta.url))
const NOT_ENDING: readonly NodeJS.Signals[] = ['SIGSTOP', 'SIGCONT', 'SIGUSR1', 'SIGWINCH', 'SIGCHLD']
const BALANCER_PATIENCE_MS = 120_000

/** Starts the process; it is not ready yet. */
export function startServiceProcess(options: ServiceProcessOptions): StartedService {
  const { plan, logFile, publicUrl } = options
  const url = `http://127.0.0.1:${plan.port}`
  const told = new WeakSet<Program>()
  const launch = (): Program => {
    const started = startProgram({
      program: process.execPath,
      args: [...NODE_FLAGS, COMMAND, plan.service, ...options.flags],
      env: options.env,
      logFile,
    })
    void started.ended.then((how) => told.has(started) || options.onUnexpectedEnd(plan.name, how))
    return started
  }
  let running = launch()
  const ready = () => untilReady(running, plan.name, () => isReady(url))
  return {
    name: plan.name,
    service: plan.service,
    port: plan.port,
    url,
    logFile,
    get pid() {
      return running.pid
    },
    isRunning: () => running.isRunning(),
    async kill(signal) {
      if (NOT_ENDING.includes(signal)) return running.signal(signal)
      told.add(running)
      running.signal(signal)
      await running.ended
    },
    async restart() {
      told.add(running)
      await running.kill()
      running = launch()
      await ready()
      await balancedTo(publicUrl, plan.name)
    },
    logTail: () => tailOf(logFile),
    ready,
    stop() {
      told.add(running)
      return running.stop()
    },
  }
}

/**
 * Waits until the balancer sends this instance requests. It looks after reading and writing apart, each with health
 * checks of its own, so both are tried: a write to `/readyz` changes nothing, and the refusal names the instance.
 */
export async function balancedTo(publicUrl: string, name: string): Promise<void> {
  const deadline = performance.now() + BALANCER_PATIENCE_MS
  for (const method of ['GET', 'POST'] as const) {
    while ((await answering(publicUrl, method))?.instance !== name) {
      if (performance.now() > deadline) throw new Error(`the balancer sends no ${method} to ${name}`)
      await delay(20)
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  return (await answering(url, 'GET'))?.status === 200
}

/** Who answered `/readyz`, by its `x-instance`; undefined when nobody did. */
async function answering(url: string, method: 'GET' | 'POST') {
  try {
    const response = await fetch(`${url}/readyz`, { method, signal: AbortSignal.timeout(10_000) })
    await response.body?.cancel()
    return { status: response.status, instance: response.headers.get('x-instance') ?? undefined }
  } catch {
    return undefined
  }
}
