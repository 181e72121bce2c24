/** How an offer is taken up: what it needs beside its code, and whether somebody has to agree first. */
import { Select } from '@countersign/ui/forms/select'
import { portal } from '../text/portal-texts.ts'
import type { IssueForm, TakenUp } from './issue-order.ts'

const WAYS: readonly TakenUp[] = ['nothing', 'transaction_code', 'browser']

interface OfferChoiceProps {
  readonly form: IssueForm
  readonly onForm: (form: IssueForm) => void
}

export function OfferChoice({ form, onForm }: OfferChoiceProps) {
  const t = portal.value.form
  return (
    <>
      <Select
        label={t.takenUp}
        hint={t.takenUpHint[form.takenUp]}
        value={form.takenUp}
        options={WAYS.map((way) => ({ value: way, label: t.takenUpBy[way] }))}
        onChange={(value) => {
          const takenUp = WAYS.find((way) => way === value)
          if (takenUp !== undefined) onForm({ ...form, takenUp })
        }}
      />
      <label class="option" data-wide>
        <input
          class="tick"
          type="checkbox"
          checked={form.waits}
          onChange={({ currentTarget }) => onForm({ ...form, waits: currentTarget.checked })}
        />
        <span>
          {t.waits} <span class="muted">– {t.waitsWhy}</span>
        </span>
      </label>
    </>
  )
}
