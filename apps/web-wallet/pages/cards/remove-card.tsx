/** A card is removed for good, after a question. */
import type { OpenedCard } from '@countersign/api/wallet/cards'
import { Button } from '@countersign/ui/elements/button'
import { Notice } from '@countersign/ui/elements/notice'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Question } from '@countersign/ui/elements/question'
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
      <Question
        heading={filled(t.removeSure, { title: plainName(card.title) })}
        why={t.removeWhy}
        keep={t.keep}
        doIt={t.removeIt}
        open={open}
        busy={busy}
        onClose={() => setOpen(false)}
        onDo={() => void remove()}
      />
    </div>
  )
}
