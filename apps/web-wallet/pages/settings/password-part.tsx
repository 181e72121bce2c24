/** A new password, with the one that counts now. */
import { SubmitButton } from '@countersign/ui/elements/button'
import { Part } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { DeedTold, type Told, useDeed } from '../account/use-deed.tsx'
import { whyNot } from '../account/why-not.ts'
import { own } from '../texts/own-texts.ts'

/** `onChanged`: every other log-in is over. */
export function PasswordPart({ onChanged }: { readonly onChanged: () => Promise<void> }) {
  const t = own.value.settings
  const deed = useDeed()
  const [before, setBefore] = useState('')
  const [after, setAfter] = useState('')

  async function change(): Promise<Told> {
    if (before === '' || after === '') return { tone: 'bad', text: t.passwordBoth }
    const body = { password: after, confirmation: { password: before } }
    const answer = await api.send('PUT', '/auth/password', body)
    if (!answer.ok) return { tone: 'bad', text: sentenceFor(answer.error) }
    setBefore('')
    setAfter('')
    await onChanged()
    return { tone: 'ok', text: t.passwordChanged }
  }

  return (
    <Part label={t.password}>
      <form
        class="stack"
        data-gap="m"
        onSubmit={(event) => {
          event.preventDefault()
          deed.run(change)
        }}
      >
        <DeedTold of={deed} />
        <TextField
          label={t.passwordNow}
          type="password"
          autocomplete="current-password"
          value={before}
          onInput={setBefore}
          required
        />
        <TextField
          label={t.passwordNext}
          hint={t.passwordHint}
          type="password"
          autocomplete="new-password"
          value={after}
          onInput={setAfter}
          required
        />
        <div class="actions">
          <SubmitButton kind="plain" busy={deed.busy}>
            {t.changePassword}
          </SubmitButton>
        </div>
      </form>
    </Part>
  )
}

function sentenceFor(failure: CallFailure): string {
  const t = own.value.settings
  if (failure.code === 'confirmation_wrong') return t.passwordWrong
  if (failure.code === 'account_without_password') return t.passwordsOff
  return failure.status === 400 ? t.passwordShort : whyNot(failure)
}
