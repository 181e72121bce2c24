/** A new password, with the one that counts now. */
import { SubmitButton } from '@countersign/ui/elements/button'
import { Part, Said } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import { announce } from '@countersign/ui/page/frame'
import { useState } from 'preact/hooks'
import { api } from '../account/session.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'

export function PasswordPart() {
  const t = own.value.settings
  const [before, setBefore] = useState('')
  const [after, setAfter] = useState('')
  const [said, setSaid] = useState<{ readonly tone: 'ok' | 'bad'; readonly text: string }>()

  async function change() {
    const body = { password: after, confirmation: { password: before } }
    const answer = await api.send('PUT', '/auth/password', body)
    if (answer.ok) {
      setBefore('')
      setAfter('')
      setSaid({ tone: 'ok', text: t.passwordChanged })
      return announce(t.passwordChanged)
    }
    const { code, status } = answer.error
    if (code === 'confirmation_wrong') return setSaid({ tone: 'bad', text: t.passwordWrong })
    if (status === 400) return setSaid({ tone: 'bad', text: t.passwordShort })
    return setSaid({ tone: 'bad', text: status === 429 ? wallet.value.welcome.tooMany : t.failed })
  }

  return (
    <Part label={t.password}>
      <form
        class="stack"
        data-gap="m"
        onSubmit={(event) => {
          event.preventDefault()
          void change()
        }}
      >
        {said !== undefined && <Said tone={said.tone}>{said.text}</Said>}
        <TextField
          label={t.passwordNow}
          type="password"
          autocomplete="current-password"
          value={before}
          onInput={setBefore}
        />
        <TextField
          label={t.passwordNext}
          hint={t.passwordHint}
          type="password"
          autocomplete="new-password"
          value={after}
          onInput={setAfter}
        />
        <div class="actions">
          <SubmitButton kind="plain">{t.changePassword}</SubmitButton>
        </div>
      </form>
    </Part>
  )
}
