/** W1: log in, or make a wallet. A passkey first; a password for whoever has none. */
import type { LoginAnswer } from '@countersign/api/wallet/accounts'
import type { BrowserSession } from '@countersign/api/wallet/passkeys'
import { ok } from '@countersign/core/result'
import { Button, LinkButton, SubmitButton } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { hasPasskeys } from '@countersign/ui/login/passkeys'
import { Heading } from '@countersign/ui/page/heading'
import { useState } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'
import { createWithPasskey, logInWithPasskey } from './passkeys.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { api, welcome } from './session.ts'

export function WelcomePage() {
  const t = wallet.value.welcome
  const [creating, setCreating] = useState(false)
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [made, setMade] = useState<Made>()
  // Asked of nobody: most operators allow passwords, and the first page asks for nothing.
  const [hasPasswords, setHasPasswords] = useState(true)

  async function create(): Promise<Answer<BrowserSession | undefined>> {
    const answer = await createWithPasskey(name.trim())
    if (!answer.ok) return answer
    const { recoveryCodes: codes, session } = answer.value
    if (codes === undefined || session === undefined) return { ok: true, value: session }
    setMade({ codes, session })
    return { ok: true, value: undefined }
  }

  async function enter(log: () => Promise<Answer<BrowserSession | undefined>>) {
    if (busy) return
    setBusy(true)
    setProblem(undefined)
    const answer = await log()
    const entered = answer.ok && answer.value !== undefined ? await welcome(answer.value) : answer
    if (!entered.ok) {
      setProblem(sentenceFor(entered.error))
      if (entered.error.code === 'passwords_off') setHasPasswords(false)
    }
    setBusy(false)
  }

  if (made !== undefined)
    return (
      <div class="column stack" data-gap="l">
        <Heading title={wallet.value.recovery.made} product={wallet.value.product} />
        <RecoveryCodes codes={made.codes} />
        <div class="actions" data-fill>
          <Button kind="primary" big busy={busy} onPress={() => void enter(async () => ok(made.session))}>
            {wallet.value.recovery.written}
          </Button>
        </div>
      </div>
    )
  return (
    <div class="column stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={wallet.value.product} />
        <p class="lede">{t.lede}</p>
      </div>
      {problem !== undefined && (
        <Notice tone="bad" announced>
          <p>{problem}</p>
        </Notice>
      )}
      <Sheet parts>
        {creating && (
          <div>
            <TextField
              label={t.name}
              hint={t.nameHint}
              value={name}
              onInput={setName}
              autocomplete="name"
              maxLength={200}
            />
          </div>
        )}
        <Passkey creating={creating} busy={busy} create={create} enter={enter} />
        {hasPasswords && (
          <Part label={t.or}>
            <PasswordForm creating={creating} busy={busy} name={name} enter={enter} />
          </Part>
        )}
      </Sheet>
      <div class="stack" data-gap="s">
        <div class="actions">
          <Button
            kind="quiet"
            onPress={() => {
              setCreating(!creating)
              setProblem(undefined)
            }}
          >
            {creating ? t.logInInstead : t.createInstead}
          </Button>
          {!creating && (
            <LinkButton kind="quiet" href="/recover">
              {wallet.value.recovery.lost}
            </LinkButton>
          )}
        </div>
        <p class="muted">{t.custody}</p>
      </div>
    </div>
  )
}

/** A wallet that is made; its owner has to see the codes first. */
interface Made {
  readonly codes: readonly string[]
  readonly session: BrowserSession
}

interface EntryProps {
  readonly creating: boolean
  readonly busy: boolean
  readonly name: string
  readonly enter: (log: () => Promise<Answer<BrowserSession | undefined>>) => Promise<void>
}

interface PasskeyProps extends Omit<EntryProps, 'name'> {
  readonly create: () => Promise<Answer<BrowserSession | undefined>>
}

function Passkey({ creating, busy, create, enter }: PasskeyProps) {
  const t = wallet.value.welcome
  if (!hasPasskeys()) return <p class="muted">{t.noPasskeys}</p>
  return (
    <div class="stack" data-gap="m">
      <p>{t.passkeyWhy}</p>
      <div class="actions" data-fill>
        <Button
          kind="primary"
          big
          icon={key}
          busy={busy}
          onPress={() => void enter(creating ? create : logInWithPasskey)}
        >
          {busy ? t.waiting : creating ? t.createPasskey : t.passkey}
        </Button>
      </div>
    </div>
  )
}

function PasswordForm({ creating, busy, name, enter }: EntryProps) {
  const t = wallet.value.welcome
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const logIn = async (): Promise<Answer<BrowserSession | undefined>> => {
    const body = { type: 'email', email, password }
    if (creating) {
      const made = await api.send('POST', '/auth/register', { ...body, name: name.trim() || email })
      if (!made.ok) return made
    }
    const answer = await api.send<LoginAnswer>('POST', '/auth/login', { ...body, session: 'cookie' })
    return answer.ok ? { ok: true, value: answer.value.session } : answer
  }
  return (
    <form
      class="stack"
      data-gap="m"
      onSubmit={(event) => {
        event.preventDefault()
        void enter(logIn)
      }}
    >
      <TextField
        label={t.email}
        type="email"
        autocomplete="username"
        inputMode="email"
        value={email}
        onInput={setEmail}
        required
      />
      <TextField
        label={t.password}
        type="password"
        autocomplete={creating ? 'new-password' : 'current-password'}
        value={password}
        onInput={setPassword}
        required
      />
      <div class="actions" data-fill>
        <SubmitButton kind="plain" busy={busy}>
          {creating ? t.create : t.logIn}
        </SubmitButton>
      </div>
    </form>
  )
}

function sentenceFor({ status, code }: CallFailure): string {
  const t = wallet.value.welcome
  if (code === 'passkey_not_used') return t.passkeyFailed
  if (code === 'passwords_off') return t.passwordsOff
  if (status === 401) return t.wrong
  if (status === 409) return t.exists
  return status === 429 ? t.tooMany : t.failed
}
