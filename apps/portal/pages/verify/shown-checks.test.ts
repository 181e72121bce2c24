import type { CheckView } from '@countersign/api/verifier/session'
import { describe, expect, it } from 'vitest'
import { evidenceBeside, shownChecks } from './shown-checks.ts'

type Row = readonly [CheckView['name'], CheckView['outcome'], queryId?: string]

const check = ([name, outcome, queryId]: Row): CheckView => ({
  name,
  outcome,
  ...(queryId !== undefined && { queryId }),
  title: name,
  meaning: '',
  evidence: [],
})

const rows = (...given: readonly Row[]) =>
  shownChecks(given.map(check)).map(({ name, outcome, queryId }) => [name, outcome, queryId])

describe('the rows of a result', () => {
  it('begin with what went wrong and what nobody knows', () => {
    expect(
      rows(['structure', 'passed', 'a'], ['status', 'undetermined', 'a'], ['validity_period', 'failed', 'a']),
    ).toEqual([
      ['validity_period', 'failed', 'a'],
      ['status', 'undetermined', 'a'],
      ['structure', 'passed', 'a'],
    ])
  })

  it.each(['passed', 'failed'] as const)(
    'tell once that the only credential is what was asked: %s',
    (outcome) => {
      expect(rows(['query_match', outcome, 'a'], ['query_match', outcome])).toEqual([
        ['query_match', outcome, 'a'],
      ])
    },
  )

  it('keep what only the whole answer is', () => {
    expect(rows(['query_match', 'skipped', 'a'], ['query_match', 'failed'])).toHaveLength(2)
    expect(
      rows(['query_match', 'passed', 'a'], ['query_match', 'passed', 'b'], ['query_match', 'passed']),
    ).toHaveLength(3)
    expect(rows(['query_match', 'failed'])).toHaveLength(1)
  })
})

it('evidence beside a chain of trust is what the chain does not show', () => {
  const evidence = [
    { label: 'Vouched for by', value: 'Example Root' },
    { label: 'Issuer', value: 'Another' },
    { label: 'Trusted until', value: '1 May 2030' },
  ]
  const chain = [
    { role: 'verifier', label: 'This verifier' },
    { role: 'anchor', label: 'Vouched for by', name: 'Example Root' },
  ] as const
  const trusted = { ...check(['issuer_trust', 'passed']), evidence, trust: { sentence: '', chain } }
  expect(evidenceBeside(trusted)).toEqual(evidence.slice(1))
  expect(evidenceBeside({ ...trusted, trust: undefined })).toEqual(evidence)
})
