/** A new DID of a key. */
import { TextField } from '@countersign/ui/forms/field'
import { Select } from '@countersign/ui/forms/select'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { whyNot } from '../account/why-not.ts'
import { type Making, MakingDialog } from '../own/making-dialog.tsx'
import { own } from '../texts/own-texts.ts'

const METHODS = ['jwk', 'key', 'web'] as const
type Method = (typeof METHODS)[number]

export interface MakeDidProps extends Making {
  readonly keyId: string
}

export function MakeDid({ keyId, onClose, onMade, open, walletId }: MakeDidProps) {
  const t = own.value.keys
  const [method, setMethod] = useState<Method>('jwk')
  const [name, setName] = useState('')

  async function make() {
    const query = new URLSearchParams({ keyId })
    if (name.trim() !== '') query.set('alias', name.trim())
    const path = `/wallet/${walletId}/dids/create/${method}?${query.toString()}`
    const answer = await api.send<string>('POST', path)
    if (!answer.ok) return answer.error.status === 409 ? t.didThere : whyNot(answer.error)
    setName('')
    onMade(t.didMade)
    return undefined
  }

  return (
    <MakingDialog heading={t.makeDid} action={t.makeIt} open={open} onClose={onClose} make={make}>
      <Select
        label={t.method}
        hint={t.methods[method]}
        value={method}
        options={METHODS.map((one) => ({ value: one, label: `did:${one}` }))}
        onChange={(chosen) => setMethod(METHODS.find((one) => one === chosen) ?? method)}
      />
      <TextField label={t.name} hint={t.nameHint} value={name} onInput={setName} maxLength={200} />
    </MakingDialog>
  )
}
