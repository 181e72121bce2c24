/** The figures as lines of text, for people. */
import type { Summary } from '../measure/statistics.ts'
import type { Budget, Figure, Row } from './figure.ts'
import type { KeptRun } from './result-file.ts'

/** `before`: the run that each figure is set against, as a factor. */
export function table(rows: readonly Row[], before?: KeptRun): string {
  const headings = before === undefined ? HEADINGS : [...HEADINGS, `since ${before.commit}`]
  const cells = [headings, ...rows.map((row) => [...cellsOf(row), changeOf(row, before)])]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '))
  const notes = rows.flatMap((row) =>
    'note' in row && row.note !== undefined ? [`${row.what}: ${row.note}`] : [],
  )
  return [...lines.map((line) => line.trimEnd()), '', ...notes].join('\n')
}

const HEADINGS = ['what', 'measured (min–median–max)', 'limit', 'ratio', 'budget', '']

function cellsOf(row: Row): readonly string[] {
  if ('notMeasured' in row) return [row.what, `not measured: ${row.notMeasured}`, '', '', '', '']
  const { what, unit, measured, limit, ratio, budget } = row
  return [
    what,
    `${spread(measured, unit)}`,
    limit ? spread(limit, unit) : '',
    ratio ? spread(ratio, '') : '',
    budget ? budgetText(budget, row) : '',
    verdictOf(row),
  ]
}

function verdictOf({ floorMet, met }: Figure): string {
  if (met === undefined) return ''
  if (met) return 'met'
  return floorMet === true ? 'missed, above its floor' : 'MISSED'
}

export function budgetLines(rows: readonly Row[]): string {
  const judged = rows.flatMap((row) => ('met' in row && row.met !== undefined ? [row] : []))
  const missed = judged.filter(({ met }) => !met)
  const unknown = rows.filter((row) => 'notMeasured' in row)
  return [
    `${judged.length - missed.length} of ${judged.length} budgets met`,
    ...missed.map((row) => `  missed: ${row.what}${floorText(row)}`),
    ...unknown.map(({ what }) => `  not measured: ${what}`),
  ].join('\n')
}

function floorText({ budget, floorMet }: Figure): string {
  if (budget?.floor === undefined) return ''
  return `; its floor of ${budget.floor.toFixed(2)} is ${floorMet === true ? 'met' : 'MISSED as well'}`
}

/** Of the ratio, where there is one: it was taken on the same machine in the same moment. */
function changeOf(row: Row, before: KeptRun | undefined): string {
  const then = before?.figures.find(({ what }) => what === row.what)
  if (then === undefined || 'notMeasured' in row || 'notMeasured' in then) return ''
  const [now, was] = row.ratio && then.ratio ? [row.ratio, then.ratio] : [row.measured, then.measured]
  const factor = now.median / was.median
  return Number.isFinite(factor) ? `× ${factor.toFixed(2)}` : ''
}

function spread({ min, median, max, count }: Summary, unit: string): string {
  const values = count === 1 ? shown(median) : [min, median, max].map(shown).join('–')
  return unit === '' ? values : `${values} ${unit}`
}

/** Three significant digits. */
function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function budgetText({ of, at, relation, bound }: Budget, { measured, unit }: Figure): string {
  const sign = relation === 'at_least' ? '≥' : '≤'
  if (of === 'ratio') return `ratio ${sign} ${bound.toFixed(2)}`
  return `${at === 'p75' ? `p75 ${shown(measured.p75)} ` : ''}${sign} ${bound} ${unit}`.trimEnd()
}
