/** Asked before what nobody can take back. The press that opened the question does not answer it. */
import { Button } from './button.tsx'
import { useGuardedPress } from './guarded-press.ts'
import { Dialog } from './notice.tsx'

export interface QuestionProps {
  readonly heading: string
  readonly why: string
  /** The answer that does nothing. */
  readonly keep: string
  readonly doIt: string
  readonly open: boolean
  readonly busy: boolean
  readonly onClose: () => void
  readonly onDo: () => void
}

export function Question({ heading, why, keep, doIt, open, busy, onClose, onDo }: QuestionProps) {
  const decide = useGuardedPress(onDo, open)
  return (
    <Dialog heading={heading} open={open} onClose={onClose}>
      <p>{why}</p>
      <div class="actions">
        <Button onPress={onClose}>{keep}</Button>
        <Button kind="danger" busy={busy} onPress={decide}>
          {doIt}
        </Button>
      </div>
    </Dialog>
  )
}
