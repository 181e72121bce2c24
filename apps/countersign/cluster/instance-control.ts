/**
 * Which instances of a demonstration may be stopped and started, and what each is doing. All portals ask one of these, in one
 * process, and a decision is made without a pause: of two who stop the last two of a kind one is refused.
 */
import type { ServiceName } from '../services.ts'

/** What of an instance is needed here. */
export interface ControlledInstance {
  readonly name: string
  readonly service: ServiceName
  isRunning(): boolean
  kill(signal: NodeJS.Signals): Promise<void>
  /** Resolves when the balancer sends it requests. */
  restart(): Promise<void>
}

export type InstanceState = 'running' | 'starting' | 'stopping' | 'stopped'

export interface InstanceStatus {
  readonly name: string
  readonly service: ServiceName
  readonly state: InstanceState
}

export type ControlRefusal = 'unknown' | 'not_running' | 'last_of_its_kind' | 'not_stopped'

export interface InstanceControl {
  list(): readonly InstanceStatus[]
  /** Undefined: it is being done. What comes of it, `list` tells. */
  stop(name: string): ControlRefusal | undefined
  start(name: string): ControlRefusal | undefined
}

/** `complain`: of a start that failed. */
export function instanceControl(
  instances: readonly ControlledInstance[],
  complain: (message: string) => void,
): InstanceControl {
  const underway = new Map<string, 'starting' | 'stopping'>()
  const stateOf = (one: ControlledInstance): InstanceState =>
    underway.get(one.name) ?? (one.isRunning() ? 'running' : 'stopped')
  const named = (name: string) => instances.find((one) => one.name === name)
  const others = (one: ControlledInstance) =>
    instances.filter((other) => other !== one && other.service === one.service)
  const carryOut = (name: string, state: 'starting' | 'stopping', work: () => Promise<void>) => {
    underway.set(name, state)
    void work()
      .catch((error: unknown) =>
        complain(`${name}: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => underway.delete(name))
  }
  return {
    list: () => instances.map((one) => ({ name: one.name, service: one.service, state: stateOf(one) })),
    stop(name) {
      const one = named(name)
      if (one === undefined) return 'unknown'
      if (stateOf(one) !== 'running') return 'not_running'
      // One that only starts answers nobody yet.
      if (!others(one).some((other) => stateOf(other) === 'running')) return 'last_of_its_kind'
      carryOut(name, 'stopping', () => one.kill(signalFor(one)))
      return undefined
    },
    start(name) {
      const one = named(name)
      if (one === undefined) return 'unknown'
      if (stateOf(one) !== 'stopped') return 'not_stopped'
      carryOut(name, 'starting', () => one.restart())
      return undefined
    },
  }
}

/** As by a power cut. A portal may be the one that carries the answer to this: it ends what it has. */
function signalFor({ service }: ControlledInstance): NodeJS.Signals {
  return service === 'portal' ? 'SIGTERM' : 'SIGKILL'
}
