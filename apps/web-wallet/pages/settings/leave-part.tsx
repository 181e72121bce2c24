/** The way out: with everything, as a file; or with nothing, for good. */
import { Button } from '@countersign/ui/elements/button'
import { Part } from '@countersign/ui/elements/sheet'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { saveFile } from '../account/save-file.ts'
import { api, forgetVisitor } from '../account/session.ts'
import { DeedTold, useDeed } from '../account/use-deed.tsx'
import { type Confirmation, Confirming } from '../own/confirming.tsx'
import { own } from '../texts/own-texts.ts'

export interface LeavePartProps {
  readonly walletId: string
  /** How many wallets the account has: all of them go. */
  readonly wallets: number
}

export function LeavePart({ walletId, wallets }: LeavePartProps) {
  const t = own.value.settings
  const { route } = useLocation()
  const deed = useDeed()
  const [asking, setAsking] = useState<'export' | 'delete'>()
  const close = () => setAsking(undefined)

  async function take(confirmation: Confirmation) {
    const answer = await api.send<unknown>('POST', `/wallet/${walletId}/export`, { confirmation })
    if (answer.ok) {
      saveFile(JSON.stringify(answer.value, undefined, 2), 'wallet.json', 'application/json')
      close()
      deed.tell({ tone: 'ok', text: t.exported })
    }
    return answer
  }

  async function leave(confirmation: Confirmation) {
    const answer = await api.send('POST', '/auth/delete-account', { confirmation })
    if (answer.ok) {
      route('/', true)
      forgetVisitor()
    }
    return answer
  }

  return (
    <Part label={t.leave}>
      <div class="stack" data-gap="m">
        <DeedTold of={deed} />
        <p>{t.exportWhy(wallets)}</p>
        <div class="actions">
          <Button onPress={() => setAsking('export')}>{t.exportWallet}</Button>
        </div>
        <p>{t.deleteWhy}</p>
        <div class="actions">
          <Button kind="danger" onPress={() => setAsking('delete')}>
            {t.deleteAccount(wallets)}
          </Button>
        </div>
        <Confirming
          heading={t.exportWallet}
          why={t.exportWarning}
          action={t.exportWallet}
          open={asking === 'export'}
          onClose={close}
          perform={take}
        />
        <Confirming
          heading={t.deleteTitle(wallets)}
          why={t.deleteWarning}
          action={t.deleteAccount(wallets)}
          open={asking === 'delete'}
          danger
          onClose={close}
          perform={leave}
        />
      </div>
    </Part>
  )
}
