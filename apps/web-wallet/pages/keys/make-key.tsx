/** A new key: of which kind, and what its owner calls it. */
import type { KeyType } from '@countersign/api/wallet/keys'
import { TextField } from '@countersign/ui/forms/field'
import { Select } from '@countersign/ui/forms/select'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { whyNot } from '../account/why-not.ts'
import { type Making, MakingDialog } from '../own/making-dialog.tsx'
import { own } from '../texts/own-texts.ts'

/** The one that issuers take most often first. */
const KINDS: readonly KeyType[] = ['secp256r1', 'Ed25519', 'secp384r1', 'secp521r1', 'secp256k1', 'RSA']

export function MakeKey({ onClose, onMade, open, walletId }: Making) {
  const t = own.value.keys
  const [kind, setKind] = useState<KeyType>('secp256r1')
  const [name, setName] = useState('')

  async function make() {
    const named = name.trim() === '' ? {} : { name: name.trim() }
    const body = { backend: 'jwk', keyType: kind, ...named }
    const answer = await api.send<string>('POST', `/wallet/${walletId}/keys/generate`, body)
    if (!answer.ok) return sentenceFor(answer.error)
    setName('')
    onMade(t.keyMade)
    return undefined
  }

  return (
    <MakingDialog heading={t.makeKey} action={t.makeIt} open={open} onClose={onClose} make={make}>
      <Select
        label={t.kind}
        hint={t.kindHint}
        value={kind}
        options={KINDS.map((one) => ({ value: one, label: one }))}
        onChange={(chosen) => setKind(KINDS.find((one) => one === chosen) ?? kind)}
      />
      <TextField label={t.name} hint={t.nameHint} value={name} onInput={setName} maxLength={200} />
    </MakingDialog>
  )
}

function sentenceFor(failure: CallFailure): string {
  const t = own.value.keys
  if (failure.status === 409) return t.tooManyKeys
  return failure.status === 503 ? t.keysBusy : whyNot(failure)
}
