/**
 * Sides measured in turn, A B B A …, because the machine is never quiet: a ratio is taken within a round, where
 * all sides met the same neighbours, and the median is taken over the ratios.
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

export async function pairedRounds(rounds: number, one: Side, other: Side): Promise<PairedRounds> {
  const [first = [], second = []] = await alternatingRounds(rounds, [one, other])
  return { first, second, ratios: ratiosOf(first, second) }
}

/** Every side once in each round; what each took, in the order of the sides. */
export async function alternatingRounds(
  rounds: number,
  sides: readonly Side[],
): Promise<readonly (readonly number[])[]> {
  const measured = sides.map((side) => ({ side, values: [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first meets a processor that rested: the order changes with every round.
    for (const { side, values } of round % 2 === 0 ? measured : measured.toReversed())
      values.push(await side.round())
  }
  return measured.map(({ values }) => values)
}

/** `first[i] / second[i]` */
export function ratiosOf(first: readonly number[], second: readonly number[]): readonly number[] {
  return first.map((value, at) => value / (second[at] ?? Number.NaN))
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
