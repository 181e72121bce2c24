/** How many recovery codes are left, and new ones in their place. */
import type { RecoveryCodesAnswer, RecoveryCodesLeftAnswer } from '@countersign/api/wallet/access'
import { Button } from '@countersign/ui/elements/button'
import { Part } from '@countersign/ui/elements/sheet'
import { useState } from 'preact/hooks'
import { RecoveryCodes } from '../account/recovery-codes.tsx'
import { api } from '../account/session.ts'
import { type Confirmation, Confirming } from '../own/confirming.tsx'
import { type Listed, NotFetched } from '../own/use-list.tsx'
import { own } from '../texts/own-texts.ts'

export function RecoveryPart({ list }: { readonly list: Listed<RecoveryCodesLeftAnswer> }) {
  const t = own.value.settings
  const [codes, setCodes] = useState<readonly string[]>([])
  const [asking, setAsking] = useState(false)

  async function make(confirmation: Confirmation) {
    const answer = await api.send<RecoveryCodesAnswer>('POST', '/auth/recovery-codes', { confirmation })
    if (answer.ok) {
      setCodes(answer.value.recoveryCodes)
      setAsking(false)
      await list.reload()
    }
    return answer
  }

  return (
    <Part label={t.recovery}>
      <div class="stack" data-gap="m">
        <NotFetched list={list} />
        <p>{t.recoveryWhy}</p>
        {list.value !== undefined && <p>{t.codesLeft(list.value.left)}</p>}
        {codes.length > 0 && <RecoveryCodes codes={codes} onKept={() => setCodes([])} />}
        <div class="actions">
          <Button onPress={() => setAsking(true)}>{t.newCodes}</Button>
        </div>
        <Confirming
          heading={t.newCodes}
          why={t.newCodesWhy}
          action={t.newCodes}
          open={asking}
          onClose={() => setAsking(false)}
          perform={make}
        />
      </div>
    </Part>
  )
}
