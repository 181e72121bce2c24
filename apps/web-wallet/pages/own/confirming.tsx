/**
 * A question before something that is for good: what would happen, and once more who it is, by what this account has: a password,
 * a passkey, or a recovery code.
 */
import type { PasskeyLoginOptionsAnswer, PasskeysAnswer } from '@countersign/api/wallet/passkeys'
import { ok } from '@countersign/core/result'
import { Button, type ButtonKind } from '@countersign/ui/elements/button'
import { useGuardedPress } from '@countersign/ui/elements/guarded-press'
import { key } from '@countersign/ui/elements/icons'
import { Dialog, Notice } from '@countersign/ui/elements/notice'
import { TextField } from '@countersign/ui/forms/field'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { askPasskey, hasPasskeys } from '@countersign/ui/login/passkeys'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useRef, useState } from 'preact/hooks'
import { api, visitor } from '../account/session.ts'
import { reasonIn, whyNot } from '../account/why-not.ts'
import { own } from '../texts/own-texts.ts'
import { isThere, useList } from './use-list.tsx'

/** As the API takes it. */
export type Confirmation = Readonly<Record<string, unknown>>

interface QuestionProps {
  /** What would happen. */
  readonly why: string
  /** What is done, in the words of its button. */
  readonly action: string
  /** It takes something away. */
  readonly danger?: boolean
  readonly onClose: () => void
  /** Does it; the question stays where it was refused. */
  readonly perform: (confirmation: Confirmation) => Promise<Answer<unknown>>
}

export interface ConfirmingProps extends QuestionProps {
  readonly heading: string
  readonly open: boolean
}

export function Confirming({ heading, open, ...question }: ConfirmingProps) {
  return (
    <Dialog heading={heading} open={open} onClose={question.onClose}>
      {open && <Asked {...question} />}
    </Dialog>
  )
}

/** Anew each time it is asked: what was typed before is forgotten. */
function Asked({ action, danger = false, onClose, perform, why }: QuestionProps) {
  const t = own.value.confirming
  const passkeys = useList<PasskeysAnswer>('/auth/passkeys')
  const [secret, setSecret] = useState('')
  const [problem, setProblem] = useState<string>()
  const [empty, setEmpty] = useState(false)
  const [busy, setBusy] = useState(false)
  const working = useRef(false)
  const hasPassword = visitor.value.state === 'in' && visitor.value.session.account.email !== undefined
  const byKey = hasPasskeys() && (passkeys.value?.length ?? 0) > 0
  const kind: ButtonKind = danger ? 'danger' : 'plain'

  async function confirmed(ask: () => Promise<Answer<Confirmation>>) {
    if (working.current) return
    working.current = true
    setBusy(true)
    setProblem(undefined)
    const confirmation = await ask()
    const answer = confirmation.ok ? await perform(confirmation.value) : confirmation
    working.current = false
    setBusy(false)
    if (!answer.ok) setProblem(sentenceFor(answer.error))
  }

  const there = isThere(passkeys)
  const pressPasskey = useGuardedPress(() => void confirmed(byPasskey), there)
  const pressTyped = useGuardedPress(() => {
    setEmpty(secret.trim() === '')
    if (secret.trim() !== '') void confirmed(async () => ok(confirmationOf(secret, hasPassword)))
  }, there)

  // What it can be confirmed by is known before anything can be pressed.
  if (!there) return <p class="muted">{ui.value.loading}</p>
  return (
    // Enter sends nothing: what is for good is pressed.
    <form class="stack" data-gap="m" onSubmit={(event) => event.preventDefault()}>
      <p>{why}</p>
      {problem !== undefined && (
        <Notice tone="bad" announced>
          <p>{problem}</p>
        </Notice>
      )}
      {byKey && (
        <div class="actions" data-fill>
          <Button kind={kind} icon={key} busy={busy} onPress={pressPasskey}>
            {filled(t.withPasskey, { action })}
          </Button>
        </div>
      )}
      <TextField
        label={hasPassword ? t.passwordOrCode : t.code}
        error={empty ? t.empty : undefined}
        type="password"
        autocomplete={hasPassword ? 'current-password' : 'off'}
        value={secret}
        onInput={setSecret}
      />
      <div class="actions" data-fill>
        <Button kind={kind} busy={busy} onPress={pressTyped}>
          {action}
        </Button>
        <Button onPress={onClose}>{t.cancel}</Button>
      </div>
    </form>
  )
}

/** Whoever has a password may give a recovery code instead: it stands in four groups, as it was shown. */
function confirmationOf(secret: string, hasPassword: boolean): Confirmation {
  const isCode = /^\s*[0-9a-z]{4}([\s-][0-9a-z]{4}){3}\s*$/i.test(secret)
  return hasPassword && !isCode ? { password: secret } : { recoveryCode: secret }
}

async function byPasskey(): Promise<Answer<Confirmation>> {
  const begun = await api.send<PasskeyLoginOptionsAnswer>('POST', '/auth/confirmation/options')
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await askPasskey(options)
  return credential.ok ? ok({ ceremony, credential: credential.value }) : credential
}

function sentenceFor(failure: CallFailure): string {
  const { code, status } = failure
  const isWrong = code === 'confirmation_wrong' || (status === 400 && reasonIn(failure) === undefined)
  return isWrong ? own.value.confirming.wrong : whyNot(failure)
}
