/** The cluster as a picture for the terminal: who stands in front, who behind, and where they keep what they share. */
import { serviceNamed } from '../services.ts'
import type { InstancePlan, ServicePlan, Topology } from './topology.ts'

export interface PictureFacts {
  /** Absent: every instance keeps its own sessions. */
  readonly redisPort?: number | undefined
  readonly postgresPort: number
}

/** One text of several lines, not wider than 79 columns. */
export function picture(topology: Topology, { redisPort, postgresPort }: PictureFacts): string {
  const width = Math.max(...topology.flatMap(({ instances }) => instances.map((one) => label(one).length)))
  const shared = redisPort !== undefined
  const first = topology.findIndex(keepsSessions)
  const blocks = topology.flatMap((service, at) =>
    serviceLines(service, width, spineOf(service, { shared, passed: first !== -1 && at > first })),
  )
  return [...blocks, ...storeLines(redisPort, postgresPort, width)].map((line) => line.trimEnd()).join('\n')
}

const BALANCER_WIDTH = 'localhost:65535'.length

function keepsSessions({ service }: ServicePlan): boolean {
  return serviceNamed(service).keeps !== 'nothing'
}

/**
 * What hangs on the right of an instance: the line to the shared sessions, or its own, where it has any. `passed`: the line of
 * those above goes by.
 */
function spineOf(
  service: ServicePlan,
  { shared, passed }: { readonly shared: boolean; readonly passed: boolean },
): readonly string[] {
  if (!keepsSessions(service)) return shared && passed ? ['  │', '  │', '  │'] : ['', '', '']
  return shared ? ['  │', '──┤', '  │'] : ['', '──► its own sessions', '']
}

/** Three lines an instance; the balancer's box stands beside the first. */
function serviceLines(
  { publicPort, instances }: ServicePlan,
  width: number,
  spine: readonly string[],
): string[] {
  const front = box(`localhost:${publicPort}`, BALANCER_WIDTH)
  const blank = ' '.repeat(BALANCER_WIDTH + 4)
  return instances.flatMap((instance, index) => {
    const beside = index === 0 ? front : [blank, blank, blank]
    const joints = jointsAt(index, instances.length)
    const inner = box(label(instance), width)
    return [0, 1, 2].map((row) => ` ${beside[row]}${joints[row]}${inner[row]}${spine[row]}`)
  })
}

/** The three pieces of line between balancer and instance: a fork that goes down to the last one. */
function jointsAt(index: number, count: number): readonly string[] {
  const last = index === count - 1
  const down = last ? '        ' : '   │    '
  if (index === 0) return ['        ', last ? '──────► ' : '───┬──► ', down]
  return ['   │    ', last ? '   └──► ' : '   ├──► ', down]
}

function storeLines(redisPort: number | undefined, postgresPort: number, width: number): string[] {
  const postgres = `PostgreSQL :${postgresPort}, what must last`
  if (redisPort === undefined)
    return ['', ` ${postgres}`, ' No Redis: a session is found only where it began']
  const spine = 1 + BALANCER_WIDTH + 4 + 8 + width + 4 + 2
  const text = `Redis :${redisPort}, shared sessions`
  const lines = box(text, text.length)
  const indent = ' '.repeat(Math.max(0, spine - Math.floor((text.length + 4) / 2)))
  return [`${' '.repeat(spine)}▼`, ...lines.map((line) => `${indent}${line}`), ` ${postgres}`]
}

function label({ name, port }: InstancePlan): string {
  return `${name} :${port}`
}

function box(text: string, width: number): readonly [string, string, string] {
  const edge = '─'.repeat(width + 2)
  return [`┌${edge}┐`, `│ ${text.padEnd(width)} │`, `└${edge}┘`]
}
