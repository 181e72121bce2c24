/**
 * `npm run bench`: the budgets of the project, each measured with its limit in the same run. The services run as real
 * processes on a real Redis; this process is only the load. Prints a table with what changed since the last run that was
 * kept, says which budgets are met, and keeps a full run as JSON. It fails when something cannot be measured, not when a budget
 * is missed: how fast a machine is that does other things as well says nothing about a change.
 */
import { coldStartFigures } from './figures/cold-start.ts'
import { eventFigures } from './figures/events.ts'
import { formatFigures } from './figures/formats.ts'
import { instanceFigures } from './figures/instances.ts'
import { issuanceFigures } from './figures/issuance.ts'
import { issuanceWayFigures } from './figures/issuance-ways.ts'
import { liveSessionFigures } from './figures/live-sessions.ts'
import { overloadFigures } from './figures/overload.ts'
import { pageFigures } from './figures/pages.ts'
import { partFigures } from './figures/parts.ts'
import { portalAnswerFigures } from './figures/portal-answer.ts'
import { verificationFigures } from './figures/verification.ts'
import { verificationFormatFigures } from './figures/verification-formats.ts'
import { verificationWayFigures } from './figures/verification-ways.ts'
import type { Row } from './report/figure.ts'
import { keepResult, lastKept } from './report/result-file.ts'
import { budgetLines, table } from './report/table.ts'
import { readWish, type Wish } from './settings.ts'
import { openStand, type Stand } from './stand/stand.ts'

/** In this order: what leaves the machine disturbed comes last. */
const FIGURES: Readonly<Record<string, (stand: Stand) => Promise<readonly Row[]>>> = {
  verification: verificationFigures,
  'verification-formats': verificationFormatFigures,
  'verification-ways': verificationWayFigures,
  issuance: issuanceFigures,
  'issuance-ways': issuanceWayFigures,
  instances: instanceFigures,
  'live-sessions': liveSessionFigures,
  events: eventFigures,
  'cold-start': coldStartFigures,
  formats: formatFigures,
  parts: partFigures,
  pages: pageFigures,
  'portal-answer': portalAnswerFigures,
  overload: overloadFigures,
}

await run(readWish(process.argv.slice(2)))

async function run(wish: Wish): Promise<void> {
  const startedAt = performance.now()
  const rows = await measure(wish)
  const seconds = (performance.now() - startedAt) / 1000
  console.log(`\n${table(rows, lastKept())}\n`)
  console.log(`${budgetLines(rows)}\n`)
  const whole = !wish.quick && wish.only.length === 0
  console.log(
    whole
      ? `${seconds.toFixed(0)} s, kept in ${keepResult(rows, wish.settings, seconds)}`
      : `${seconds.toFixed(0)} s, not kept`,
  )
}

async function measure({ settings, only, profileDir }: Wish): Promise<readonly Row[]> {
  const unknown = only.find((name) => !Object.hasOwn(FIGURES, name))
  if (unknown !== undefined)
    throw new Error(`there is no figure ${unknown}: ${Object.keys(FIGURES).join(', ')}`)
  const stand = await openStand(settings, profileDir)
  const rows: Row[] = []
  try {
    for (const [name, figures] of Object.entries(FIGURES)) {
      if (only.length > 0 && !only.includes(name)) continue
      console.log(`measuring ${name} …`)
      rows.push(...(await figures(stand)))
    }
  } finally {
    await stand.close()
  }
  return rows
}
