/** The formats without HTTP and stores: measured in a process of its own, which sends its rounds back. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startMeasured } from '../measure/measured-process.ts'
import type { PairedRounds } from '../measure/rounds.ts'
import { type Budget, figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import type { FormatRounds } from './formats-process.ts'

const MODULE = fileURLToPath(new URL('./formats-process.ts', import.meta.url))

export async function formatFigures({ deployment, settings }: Stand): Promise<readonly Row[]> {
  const { folder } = deployment
  const running = startMeasured({
    module: MODULE,
    args: [`${settings.rounds}`, `${settings.flowsPerRound}`],
    cwd: folder,
    logFile: join(folder, 'formats.log'),
  })
  const message = await running.message().catch(() => undefined)
  await running.stop()
  if (!isFormatRounds(message)) throw new Error(`the formats were not measured:\n${await running.said()}`)
  const { verify, issue, match, others } = message
  const compared = (what: string, { first, second, ratios }: PairedRounds, budget?: Budget) =>
    figure({ what, unit: 'µs CPU', measured: second, limit: first, ratio: ratios, budget })
  return [
    compared('verify SD-JWT VC with key binding, 4 of 10 shown', verify, within(1.25)),
    compared('issue SD-JWT VC, 10 disclosures', issue, within(2)),
    ...Object.entries(others).map(([what, rounds]) => compared(what, rounds, OTHER_BUDGETS[what])),
    figure({
      what: 'DCQL over a wallet of 100 credentials',
      unit: 'µs CPU',
      measured: match,
      budget: { of: 'measured', relation: 'at_most', bound: 300 },
    }),
  ]
}

/** Within so many times the bare cryptography; the ratio is the limit's share. */
function within(times: number): Budget {
  return { of: 'ratio', relation: 'at_least', bound: 1 / times }
}

const OTHER_BUDGETS: Readonly<Record<string, Budget | undefined>> = {
  'verify mdoc, holder bound': within(1.6),
}

function isFormatRounds(message: unknown): message is FormatRounds {
  return typeof message === 'object' && message !== null && 'verify' in message
}
