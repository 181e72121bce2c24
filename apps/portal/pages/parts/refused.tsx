/** A call that was refused, with what the service says: it knows which member is wrong. */
import { Notice } from '@countersign/ui/elements/notice'
import type { CallFailure } from '@countersign/ui/http/fetch-json'

export function Refused({ heading, failure }: { readonly heading: string; readonly failure: CallFailure }) {
  return (
    <Notice tone="bad" heading={heading} level={2} announced>
      <p class="foreign">{failure.message}</p>
    </Notice>
  )
}
