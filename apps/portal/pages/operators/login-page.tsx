/** Log-in of operators, by password or passkey. It stands at whatever address was asked for, which is shown afterwards. */
import type { PasskeyOptions } from '@countersign/api/portal/operators'
import { Button, SubmitButton } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { askPasskey, hasPasskeys } from '@countersign/ui/login/passkeys'
import { Heading } from '@countersign/ui/page/heading'
import { useState } from 'preact/hooks'
import { api, refreshSession } from '../session.ts'
import { portal } from '../text/portal-texts.ts'

export function LoginPage() {
  const t = portal.value
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  async function enter(logIn: () => Promise<string | undefined>) {
    if (busy) return
    setBusy(true)
    setProblem(undefined)
    const wrong = await logIn()
    setBusy(false)
    setProblem(wrong)
    if (wrong === undefined) await refreshSession()
  }
  return (
    <div class="column stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.login.title} product={t.product} />
        <p class="lede">{t.login.lede}</p>
      </div>
      {problem !== undefined && (
        <Notice tone="bad" announced>
          {problem}
        </Notice>
      )}
      <form
        class="sheet stack"
        onSubmit={(event) => {
          event.preventDefault()
          void enter(() => byPassword(name, password))
        }}
      >
        <TextField
          label={t.login.name}
          value={name}
          onInput={setName}
          autocomplete="username webauthn"
          required
        />
        <TextField
          label={t.login.password}
          value={password}
          onInput={setPassword}
          type="password"
          autocomplete="current-password"
          required
        />
        <div class="actions" data-fill>
          <SubmitButton big busy={busy}>
            {t.login.enter}
          </SubmitButton>
        </div>
      </form>
      {hasPasskeys() && (
        <div class="actions" data-fill>
          <Button icon={key} busy={busy} onPress={() => void enter(byPasskey)}>
            {t.login.passkey}
          </Button>
        </div>
      )}
    </div>
  )
}

/** Undefined when it worked, else what to say. */
async function byPassword(name: string, password: string): Promise<string | undefined> {
  const answer = await api.send('POST', '/login', { name, password })
  return answer.ok ? undefined : sentenceFor(answer.error, portal.value.login.wrong)
}

async function byPasskey(): Promise<string | undefined> {
  const t = portal.value.login
  const options = await api.send<PasskeyOptions>('POST', '/login/passkey/options')
  if (!options.ok) return sentenceFor(options.error, t.passkeyFailed)
  const credential = await askPasskey(options.value.publicKey)
  if (!credential.ok) return t.passkeyNone
  const answer = await api.send('POST', '/login/passkey', { credential: credential.value })
  return answer.ok ? undefined : sentenceFor(answer.error, t.passkeyFailed)
}

function sentenceFor({ status, message }: CallFailure, refused: string): string {
  if (status === 429) return portal.value.login.tooMany
  return status >= 400 && status < 500 ? refused : message
}
