/**
 * A question before something that is for good: what would happen, and once more who it is. Passkey first; password and recovery
 * code for whoever has them.
 */
import type { PasskeyLoginOptionsAnswer } from '@countersign/api/wallet/passkeys'
import { ok } from '@countersign/core/result'
import { Button } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Dialog, Notice } from '@countersign/ui/elements/notice'
import { TextField } from '@countersign/ui/forms/field'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { askPasskey, hasPasskeys } from '@countersign/ui/login/passkeys'
import { useState } from 'preact/hooks'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { api, visitor } from './session.ts'

/** As the API takes it. */
export type Confirmation = Readonly<Record<string, unknown>>

export interface ConfirmingProps {
  readonly heading: string
  /** What would happen. */
  readonly why: string
  /** What the button does that needs a word. */
  readonly action: string
  readonly open: boolean
  readonly onClose: () => void
  /** Does it; the dialog stays where it was refused. */
  readonly perform: (confirmation: Confirmation) => Promise<Answer<unknown>>
}

export function Confirming({ action, heading, onClose, open, perform, why }: ConfirmingProps) {
  const t = own.value.confirming
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [secret, setSecret] = useState('')
  const hasPassword = visitor.value.state === 'in' && visitor.value.session.account.email !== undefined

  async function confirmed(ask: () => Promise<Answer<Confirmation>>) {
    if (busy) return
    setBusy(true)
    setProblem(undefined)
    const confirmation = await ask()
    const answer = confirmation.ok ? await perform(confirmation.value) : confirmation
    setBusy(false)
    if (answer.ok) setSecret('')
    else setProblem(sentenceFor(answer.error))
  }

  /** A password of ours is never sixteen letters in four groups by accident; the service says no to either. */
  const typed = async (): Promise<Answer<Confirmation>> =>
    ok(hasPassword && !isRecoveryCode(secret) ? { password: secret } : { recoveryCode: secret })

  return (
    <Dialog heading={heading} open={open} onClose={onClose}>
      <p>{why}</p>
      {problem !== undefined && (
        <Notice tone="bad" announced>
          <p>{problem}</p>
        </Notice>
      )}
      {hasPasskeys() && (
        <div class="actions" data-fill>
          <Button kind="danger" icon={key} busy={busy} onPress={() => void confirmed(byPasskey)}>
            {`${action} ${t.withPasskey}`}
          </Button>
        </div>
      )}
      <form class="stack" data-gap="m" onSubmit={(event) => event.preventDefault()}>
        <TextField
          label={hasPassword ? t.passwordOrCode : t.code}
          type="password"
          autocomplete={hasPassword ? 'current-password' : 'off'}
          value={secret}
          onInput={setSecret}
        />
        <div class="actions">
          <Button kind={hasPasskeys() ? 'plain' : 'danger'} busy={busy} onPress={() => void confirmed(typed)}>
            {action}
          </Button>
          <Button onPress={onClose}>{t.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

async function byPasskey(): Promise<Answer<Confirmation>> {
  const begun = await api.send<PasskeyLoginOptionsAnswer>('POST', '/auth/confirmation/options')
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await askPasskey(options)
  return credential.ok ? ok({ ceremony, credential: credential.value }) : credential
}

function isRecoveryCode(text: string): boolean {
  return /^\s*[0-9a-z]{4}([\s-]?[0-9a-z]{4}){3}\s*$/i.test(text) && /[\s-]/.test(text.trim())
}

function sentenceFor({ code, status }: CallFailure): string {
  const t = own.value.confirming
  if (code === 'passkey_not_used') return t.notUsed
  if (status === 403 || status === 400) return t.wrong
  return status === 429 ? wallet.value.welcome.tooMany : t.failed
}
