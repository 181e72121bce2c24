/**
 * Which rows a result has, and in which order: what went wrong first. A match of the whole answer that says what the match of its
 * only credential says stands once. Pure.
 */
import type { CheckView } from '@countersign/api/verifier/session'

const ORDER: readonly CheckView['outcome'][] = ['failed', 'undetermined', 'passed', 'skipped']

export function shownChecks(checks: readonly CheckView[]): readonly CheckView[] {
  const matches = checks.filter(({ name }) => name === 'query_match')
  const [own] = matches.filter(({ queryId }) => queryId !== undefined)
  const isTwice = (check: CheckView) =>
    matches.length === 2 &&
    matches.includes(check) &&
    check.queryId === undefined &&
    check.outcome === own?.outcome
  return checks
    .filter((check) => !isTwice(check))
    .toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome))
}

/** Rows of evidence that the chain of trust does not show already. */
export function evidenceBeside({ evidence, trust }: CheckView): CheckView['evidence'] {
  const isShown = ({ label, value }: CheckView['evidence'][number]) =>
    trust?.chain.some((link) => link.label === label && link.name === value)
  return evidence.filter((row) => !isShown(row))
}
