/** Why they ask, in their own words and marked as theirs. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { plainText } from '@countersign/ui/elements/plain-name'
import { Part } from '@countersign/ui/elements/sheet'
import { wallet } from '../texts/wallet-texts.ts'

/** A reason is a sentence or two. */
const MAX_PURPOSE = 300

export function Why({ purpose }: Pick<RequestPreview, 'purpose'>) {
  const t = wallet.value.request
  const text = plainText(purpose?.text ?? '').trim()
  if (text === '')
    return (
      <Part label={t.whyLabel}>
        <p>{t.noReason}</p>
      </Part>
    )
  return (
    <Part label={t.why}>
      <blockquote class="quote foreign">
        {text.length > MAX_PURPOSE ? `${text.slice(0, MAX_PURPOSE)}…` : text}
      </blockquote>
    </Part>
  )
}
