/** The figures as lines of text, for people. */
import type { Summary } from '../measure/statistics.ts'
import type { Budget, Figure, Row } from './figure.ts'

export function table(rows: readonly Row[]): string {
  const cells = [HEADINGS, ...rows.map(cellsOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
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
  const { what, unit, measured, limit, ratio, budget, met } = row
  return [
    what,
    `${spread(measured, unit)}`,
    limit ? spread(limit, unit) : '',
    ratio ? spread(ratio, '') : '',
    budget ? budgetText(budget, row) : '',
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ]
}

function spread({ min, median, max, count }: Summary, unit: string): string {
  const values = count === 1 ? shown(median) : [min, median, max].map(shown).join('–')
  return unit === '' ? values : `${values} ${unit}`
}

/** Three significant digits. */
function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function budgetText({ of, relation, bound }: Budget, { unit }: Figure): string {
  const sign = relation === 'at_least' ? '≥' : '≤'
  return of === 'ratio' ? `ratio ${sign} ${bound.toFixed(2)}` : `${sign} ${bound} ${unit}`
}
