/** Asked before a credential is revoked, since nobody can take it back. The press that opened the question does not answer it. */
import { Button } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { Dialog } from '@countersign/ui/elements/notice'
import { portal } from '../text/portal-texts.ts'

export interface RevokeQuestionProps {
  readonly open: boolean
  readonly busy: boolean
  readonly onClose: () => void
  readonly onRevoke: () => void
}

export function RevokeQuestion({ open, busy, onClose, onRevoke }: RevokeQuestionProps) {
  const t = portal.value.issued
  const decide = useGuardedPress(onRevoke, open)
  return (
    <Dialog heading={t.sure} open={open} onClose={onClose}>
      <p>{t.sureWhy}</p>
      <div class="actions">
        <Button onPress={onClose}>{t.keep}</Button>
        <Button kind="danger" busy={busy} onPress={decide}>
          {t.revokeIt}
        </Button>
      </div>
    </Dialog>
  )
}
