/** How many recovery codes are left, and new ones in their place. */
import type { RecoveryCodesAnswer, RecoveryCodesLeftAnswer } from '@countersign/api/wallet/access'
import { Button } from '@countersign/ui/elements/button'
import { Part, Said } from '@countersign/ui/elements/sheet'
import { useState } from 'preact/hooks'
import { type Confirmation, Confirming } from '../account/confirming.tsx'
import { RecoveryCodes } from '../account/recovery-codes.tsx'
import { api } from '../account/session.ts'
import { useList } from '../account/use-list.ts'
import { own } from '../texts/own-texts.ts'

export function RecoveryPart() {
  const t = own.value.settings
  const { failed, reload, value } = useList<RecoveryCodesLeftAnswer>('/auth/recovery-codes')
  const [codes, setCodes] = useState<readonly string[]>([])
  const [asking, setAsking] = useState(false)

  async function make(confirmation: Confirmation) {
    const answer = await api.send<RecoveryCodesAnswer>('POST', '/auth/recovery-codes', { confirmation })
    if (answer.ok) {
      setCodes(answer.value.recoveryCodes)
      setAsking(false)
      await reload()
    }
    return answer
  }

  return (
    <Part label={t.recovery}>
      <div class="stack" data-gap="m">
        {failed && <Said tone="bad">{t.failed}</Said>}
        <p>{t.recoveryWhy}</p>
        {value !== undefined && <p>{t.codesLeft(value.left)}</p>}
        {codes.length > 0 && <RecoveryCodes codes={codes} />}
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
