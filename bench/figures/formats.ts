/** The formats without HTTP and stores: measured in a process of its own, which sends its rounds back. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startMeasured } from '../measure/measured-process.ts'
import { figure, type Row } from '../report/figure.ts'
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
  const message = await running.message()
  await running.stop()
  if (!isFormatRounds(message)) throw new Error(`the formats were not measured:\n${running.log()}`)
  const { verify, issue, match } = message
  const compared = (what: string, { first, second, ratios }: FormatRounds['verify']) =>
    figure({ what, unit: 'µs CPU', measured: second, limit: first, ratio: ratios })
  return [
    compared('verify SD-JWT VC with key binding, 4 of 10 shown', verify),
    compared('issue SD-JWT VC, 10 disclosures', issue),
    figure({ what: 'DCQL over a wallet of 100 credentials', unit: 'µs CPU', measured: match }),
  ]
}

function isFormatRounds(message: unknown): message is FormatRounds {
  return typeof message === 'object' && message !== null && 'verify' in message
}
