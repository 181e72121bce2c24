/** While something is fetched: a sentence, and after it the page or a problem. Never a wheel without an end. */
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { Problem } from '@countersign/ui/page/problem'
import { ui } from '@countersign/ui/text/ui-texts'
import { portal } from '../text/portal-texts.ts'

export function Loading() {
  return (
    <p class="muted" role="status" data-loading>
      {ui.value.loading}
    </p>
  )
}

export function NotLoaded({
  failure,
  retry,
}: {
  readonly failure: CallFailure
  readonly retry?: () => void
}) {
  return (
    <Problem
      failure={failure}
      product={portal.value.product}
      home="/"
      {...(retry !== undefined && { retry })}
    />
  )
}
