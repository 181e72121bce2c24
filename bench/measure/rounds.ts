/**
 * Two sides measured in turn, A B A B …, because the machine is never quiet: a ratio is taken within a round, where
 * both sides met the same neighbours, and the median is taken over the ratios.
 */
import type { MeasuredProcess } from './measured-process.ts'

export interface Side {
  /** CPU microseconds a flow in one round. */
  round(): Promise<number>
}

export interface PairedRounds {
  readonly first: readonly number[]
  readonly second: readonly number[]
  /** `first[i] / second[i]` */
  readonly ratios: readonly number[]
}

export async function pairedRounds(rounds: number, first: Side, second: Side): Promise<PairedRounds> {
  const a: number[] = []
  const b: number[] = []
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first meets a processor that rested: the order changes with every round.
    if (round % 2 === 0) {
      a.push(await first.round())
      b.push(await second.round())
    } else {
      b.push(await second.round())
      a.push(await first.round())
    }
  }
  return { first: a, second: b, ratios: a.map((value, at) => value / (b[at] ?? Number.NaN)) }
}

/** CPU time of the processes while `run` runs `flows` flows, in microseconds a flow. */
export async function cpuPerFlow(
  processes: readonly MeasuredProcess[],
  flows: number,
  run: () => Promise<void>,
): Promise<number> {
  const before = await cpuOf(processes)
  await run()
  return ((await cpuOf(processes)) - before) / flows
}

async function cpuOf(processes: readonly MeasuredProcess[]): Promise<number> {
  const usages = await Promise.all(processes.map((one) => one.usage()))
  return usages.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0)
}
