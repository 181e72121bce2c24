/** A card that its issuer prepares: what it will be, when it is asked for next, and asking now. */
import type { DeferredCredential } from '@countersign/api/wallet/deferred'
import { Card, CardNote } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { Badge } from '@countersign/ui/elements/badge'
import { Button } from '@countersign/ui/elements/button'
import { plainName } from '@countersign/ui/elements/plain-name'
import { announce } from '@countersign/ui/page/frame'
import { clockTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { wallet } from '../texts/wallet-texts.ts'

export interface WaitingCardProps {
  readonly walletId: string
  readonly card: DeferredCredential
  /** It was asked for. */
  readonly onAsked: () => void
}

export function WaitingCard({ card, onAsked, walletId }: WaitingCardProps) {
  const t = wallet.value.waiting
  const [busy, setBusy] = useState(false)
  const { configurationId, id, issuer, look, nextAt, title, type } = card
  const time = clockTime(nextAt)

  async function askNow() {
    setBusy(true)
    const path = `/wallet/${walletId}/exchange/deferred/${encodeURIComponent(id)}/ask`
    const asked = await api.send<DeferredCredential>('POST', path, {})
    setBusy(false)
    if (asked.ok && asked.value.state === 'waiting') announce(t.notYet)
    onAsked()
  }

  return (
    <div class="stack" data-gap="s">
      <Card
        title={title}
        issuer={plainName(issuer.name ?? issuer.host)}
        look={lookOf(type ?? configurationId, title)}
        own={look}
        ended
        issuedBy={wallet.value.home.issuedBy}
      />
      <CardNote>
        <Badge tone="open">{t.prepared}</Badge>
      </CardNote>
      {time !== undefined && <p class="muted">{filled(t.next, { time })}</p>}
      <Button busy={busy} onPress={() => void askNow()}>
        {filled(t.askNow, { card: plainName(title) })}
      </Button>
    </div>
  )
}
