/**
 * Every check with what it means, what was looked at, what to do and who trusted whom: the words are the API's. What went wrong
 * comes first and is open; a check that could not be made is never shown as one that was passed.
 */
import type { CheckView } from '@countersign/api/verifier/session'
import { Badge, type Tone } from '@countersign/ui/elements/badge'
import { Icon } from '@countersign/ui/elements/icon'
import { cross, dash, down, check as tick } from '@countersign/ui/elements/icons'
import { Facts } from '@countersign/ui/elements/sheet'
import { ui } from '@countersign/ui/text/ui-texts'
import { portal } from '../text/portal-texts.ts'
import { evidenceBeside, shownChecks } from './shown-checks.ts'

type Outcome = CheckView['outcome']

const TONES: Readonly<Record<Outcome, Tone>> = {
  failed: 'bad',
  undetermined: 'open',
  passed: 'ok',
  skipped: 'open',
}
const SHAPES: Readonly<Record<Outcome, string>> = {
  failed: cross,
  undetermined: dash,
  passed: tick,
  skipped: dash,
}

export function CheckList({ checks: made }: { readonly checks: readonly CheckView[] }) {
  const t = portal.value.result
  const checks = shownChecks(made)
  const queries = new Set(checks.map(({ queryId }) => queryId).filter((id) => id !== undefined))
  return (
    <section class="sheet" data-parts aria-labelledby="checks">
      <div class="row check-head" data-spread>
        <h2 id="checks">{t.checks(checks.length)}</h2>
        <span class="muted">{countsInWords(checks)}</span>
      </div>
      <div class="checks">
        {checks.map((check, at) => (
          <CheckRow
            key={at}
            check={check}
            query={queries.size > 1 ? check.queryId : undefined}
            open={check.outcome === 'failed' || check.outcome === 'undetermined' || at === 0}
          />
        ))}
      </div>
    </section>
  )
}

function countsInWords(checks: readonly CheckView[]): string {
  const t = portal.value.result
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length
  if (count('passed') === checks.length) return t.allPassed
  const parts = [
    [count('passed'), t.passed],
    [count('failed'), t.failed],
    [count('undetermined'), t.open],
    [count('skipped'), t.skipped],
  ] as const
  return parts.flatMap(([number, words]) => (number === 0 ? [] : [words(number)])).join(' · ')
}

interface CheckRowProps {
  readonly check: CheckView
  /** Which credential it is about, where there are several. */
  readonly query: string | undefined
  readonly open: boolean
}

function CheckRow({ check, query, open }: CheckRowProps) {
  const t = portal.value.result
  const { advice, meaning, outcome, policy, title, trust } = check
  const evidence = evidenceBeside(check)
  const tone = TONES[outcome]
  const name = title ?? policy ?? check.name
  return (
    <details class="check" data-tone={tone} open={open}>
      <summary>
        <span class="check-mark">
          <Icon d={SHAPES[outcome]} />
        </span>
        <span class="check-text">
          <b>{query === undefined ? name : `${name} · ${query}`}</b>
          {meaning !== undefined && <span class="foreign">{meaning}</span>}
        </span>
        <Badge tone={tone}>{t.outcomes[outcome]}</Badge>
        <Icon d={down} />
      </summary>
      <div class="check-body">
        {trust !== undefined && <TrustChain trust={trust} />}
        {evidence.length > 0 && (
          <Facts none={ui.value.notGiven} facts={evidence.map(({ label, value }) => ({ label, value }))} />
        )}
        {advice !== undefined && (
          <p class="muted">
            {t.whatToDo} {advice}
          </p>
        )}
      </div>
    </details>
  )
}

function TrustChain({ trust }: { readonly trust: NonNullable<CheckView['trust']> }) {
  return (
    <div class="stack" data-gap="s">
      <p class="foreign">{trust.sentence}</p>
      <ol class="chain">
        {trust.chain.map(({ label, name, role }) => (
          <li key={`${role} ${name ?? ''}`}>
            <span class="muted">{label}</span>
            {name !== undefined && <b class="foreign">{name}</b>}
          </li>
        ))}
      </ol>
    </div>
  )
}
