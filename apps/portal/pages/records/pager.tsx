/** To the page before and the page after, where there is one. */
import { Button } from '@countersign/ui/elements/button'
import { home } from '../text/home-texts.ts'

export interface PagerProps {
  readonly newer: (() => void) | undefined
  readonly older: (() => void) | undefined
}

export function Pager({ newer, older }: PagerProps) {
  const t = home.value.sessions
  if (newer === undefined && older === undefined) return null
  return (
    <div class="actions">
      {newer !== undefined && <Button onPress={newer}>{t.newer}</Button>}
      {older !== undefined && <Button onPress={older}>{t.older}</Button>}
    </div>
  )
}
