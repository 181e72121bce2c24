/** The way out: with everything, as a file; or with nothing, for good. */
import { Button } from '@countersign/ui/elements/button'
import { Part } from '@countersign/ui/elements/sheet'
import { announce } from '@countersign/ui/page/frame'
import { useState } from 'preact/hooks'
import { type Confirmation, Confirming } from '../account/confirming.tsx'
import { api, forgetVisitor } from '../account/session.ts'
import { own } from '../texts/own-texts.ts'

export function LeavePart({ walletId }: { readonly walletId: string }) {
  const t = own.value.settings
  const [asking, setAsking] = useState<'export' | 'delete'>()
  const close = () => setAsking(undefined)

  async function take(confirmation: Confirmation) {
    const answer = await api.send<unknown>('POST', `/wallet/${walletId}/export`, { confirmation })
    if (answer.ok) {
      save(JSON.stringify(answer.value, undefined, 2), 'wallet.json')
      close()
      announce(t.exported)
    }
    return answer
  }

  async function leave(confirmation: Confirmation) {
    const answer = await api.send('POST', '/auth/delete-account', { confirmation })
    if (answer.ok) forgetVisitor()
    return answer
  }

  return (
    <Part label={t.leave}>
      <div class="stack" data-gap="m">
        <p>{t.exportWhy}</p>
        <div class="actions">
          <Button onPress={() => setAsking('export')}>{t.exportWallet}</Button>
        </div>
        <p>{t.deleteWhy}</p>
        <div class="actions">
          <Button kind="danger" onPress={() => setAsking('delete')}>
            {t.deleteWallet}
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
          heading={t.deleteTitle}
          why={t.deleteWarning}
          action={t.deleteWallet}
          open={asking === 'delete'}
          onClose={close}
          perform={leave}
        />
      </div>
    </Part>
  )
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
