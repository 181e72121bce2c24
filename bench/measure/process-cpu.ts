/**
 * CPU time of processes that carry no probe, as Linux counts it: a server with all that it started, those that have ended and
 * were waited for as well. In steps of ten milliseconds, so it wants a round of many flows.
 */
import { readdir, readFile } from 'node:fs/promises'

/** What `/proc` calls a tick, on every machine that Node runs on (`USER_HZ`). */
const TICK_MICROSECONDS = 10_000

interface Seen {
  readonly parent: number
  readonly ticks: number
}

/** Microseconds since each began; throws where there is no `/proc`. */
export async function cpuOfTrees(roots: readonly number[]): Promise<number> {
  const seen = await allProcesses()
  const ticks = roots.reduce((sum, root) => sum + ticksOf(root, seen), 0)
  return ticks * TICK_MICROSECONDS
}

function ticksOf(pid: number, seen: ReadonlyMap<number, Seen>): number {
  const children = [...seen].filter(([, { parent }]) => parent === pid)
  const own = seen.get(pid)?.ticks ?? 0
  return children.reduce((sum, [child]) => sum + ticksOf(child, seen), own)
}

async function allProcesses(): Promise<ReadonlyMap<number, Seen>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(
    // Gone in the meantime: whoever waited for it has its time.
    pids.map(
      async (pid) => [Number(pid), await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')] as const,
    ),
  )
  return new Map(texts.filter(([, text]) => text !== '').map(([pid, text]) => [pid, readStat(text)]))
}

/** proc_pid_stat(5): the name, in brackets, may hold anything; behind it come state, parent, … utime, stime, cutime, cstime. */
function readStat(text: string): Seen {
  const [, parent = '0', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = rest.slice(9, 13).reduce((sum, field) => sum + Number(field), 0)
  return { parent: Number(parent), ticks }
}
