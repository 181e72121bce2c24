/** Asked before a card is removed for good. The press that opened the question does not answer it. */
import type { OpenedCard } from '@countersign/api/wallet/cards'
import { Button } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { Dialog, Notice } from '@countersign/ui/elements/notice'
import { plainName } from '@countersign/ui/elements/plain-name'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { wallet } from '../texts/wallet-texts.ts'

export interface RemoveCardProps {
  readonly walletId: string
  readonly card: OpenedCard
  readonly onRemoved: () => void
}

export function RemoveCard({ walletId, card, onRemoved }: RemoveCardProps) {
  const t = wallet.value.card
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState(false)
  const remove = async () => {
    setBusy(true)
    const path = `/wallet/${walletId}/credentials/${encodeURIComponent(card.id)}?permanent=true`
    const answer = await api.send('DELETE', path)
    setBusy(false)
    setOpen(false)
    // It may have been removed on another page: that is what was wanted.
    if (answer.ok || answer.error.status === 404) onRemoved()
    else setFailed(true)
  }
  const decide = useGuardedPress(() => void remove(), open)
  return (
    <div class="stack" data-gap="s">
      {failed && (
        <Notice tone="bad" announced>
          <p>{t.removeFailed}</p>
        </Notice>
      )}
      <div class="actions" data-fill>
        <Button
          kind="danger"
          onPress={() => {
            setFailed(false)
            setOpen(true)
          }}
        >
          {t.remove}
        </Button>
      </div>
      <Dialog
        heading={filled(t.removeSure, { title: plainName(card.title) })}
        open={open}
        onClose={() => setOpen(false)}
      >
        <p>{t.removeWhy}</p>
        <div class="actions">
          <Button onPress={() => setOpen(false)}>{t.keep}</Button>
          <Button kind="danger" busy={busy} onPress={decide}>
            {t.removeIt}
          </Button>
        </div>
      </Dialog>
    </div>
  )
}
