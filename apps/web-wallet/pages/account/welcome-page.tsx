/** W1: log in, or make a wallet. A passkey first; a password where the operator allows it. */
import type { WaysInAnswer } from '@countersign/api/wallet/access'
import { ok } from '@countersign/core/result'
import { Button, LinkButton, SubmitButton } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { hasPasskeys } from '@countersign/ui/login/passkeys'
import { Heading } from '@countersign/ui/page/heading'
import { type Signal, signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'
import { createWithPasskey, type Entered, logInWithPasskey } from './passkeys.ts'
import { createWithPassword, logInWithPassword } from './passwords.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { api, visitor, welcome } from './session.ts'
import { reasonIn, whyNoPasskeys, whyNot } from './why-not.ts'

type Entry = () => Promise<Answer<Entered>>
/** What is being used. */
type By = 'passkey' | 'password'

/** A wallet whose codes were shown and are not kept yet: whoever looks at another page meanwhile sees them when they come back. */
const made: Signal<Entered | undefined> = signal(undefined)

export function WelcomePage() {
  const t = wallet.value.welcome
  const passwords = usePasswords()
  const [creating, setCreating] = useState(false)
  const [name, setName] = useState('')
  const [busy, setBusy] = useState<By>()
  const [problem, setProblem] = useState<string>()
  const working = useRef(false)

  async function enter(by: By, entry: Entry) {
    if (working.current) return
    working.current = true
    setBusy(by)
    setProblem(undefined)
    const answer = await entry()
    const entered = answer.ok && answer.value.codes.length === 0 ? await shown(answer.value) : answer
    if (!entered.ok) {
      setProblem(sentenceFor(entered.error))
      if (entered.error.code === 'passwords_off') passwords.forget()
    } else if (answer.ok && answer.value.codes.length > 0) made.value = answer.value
    working.current = false
    setBusy(undefined)
  }

  const codes = made.value?.codes
  if (codes !== undefined)
    return (
      <div class="column stack" data-gap="l" key="made">
        <Heading title={wallet.value.recovery.made} product={wallet.value.product} />
        {problem !== undefined && <Refused why={problem} />}
        <RecoveryCodes
          codes={codes}
          onKept={() => void enter('passkey', async () => ok({ session: made.value?.session, codes: [] }))}
          main
        />
      </div>
    )
  return (
    <div class="column stack" data-gap="l" key="asked">
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={wallet.value.product} />
        <p class="lede">{t.lede}</p>
      </div>
      {visitor.value.state === 'out' && visitor.value.deleted === true && (
        <Notice tone="ok" announced>
          <p>{t.deleted}</p>
        </Notice>
      )}
      {problem !== undefined && <Refused why={problem} />}
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
        <Passkey
          creating={creating}
          busy={busy}
          passwords={passwords.allowed}
          enter={() =>
            void enter('passkey', creating ? () => createWithPasskey(name.trim()) : logInWithPasskey)
          }
        />
        {passwords.allowed !== false && (
          // Its place is there from the beginning, so that nothing moves when it is known whether there are any.
          <div class="until-known" data-known={passwords.allowed}>
            <Part label={t.or}>
              <PasswordForm
                creating={creating}
                busy={busy}
                enter={(typed) =>
                  void enter('password', () =>
                    creating ? createWithPassword(name.trim(), typed) : logInWithPassword(typed),
                  )
                }
              />
            </Part>
          </div>
        )}
      </Sheet>
      <div class="stack" data-gap="s">
        <div class="actions" data-fill>
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

/** Whether the operator allows passwords; undefined until it is known. Where nobody says so, the form itself is told. */
function usePasswords(): { readonly allowed: boolean | undefined; readonly forget: () => void } {
  const [allowed, setAllowed] = useState<boolean>()
  useEffect(() => {
    void api
      .get<WaysInAnswer>('/auth/ways')
      .then((answer) => setAllowed(answer.ok ? answer.value.password : true))
  }, [])
  return { allowed, forget: () => setAllowed(false) }
}

async function shown({ session }: Entered): Promise<Answer<void>> {
  const entered = session === undefined ? ok(undefined) : await welcome(session)
  if (entered.ok) made.value = undefined
  return entered
}

function Refused({ why }: { readonly why: string }) {
  return (
    <Notice tone="bad" announced>
      <p>{why}</p>
    </Notice>
  )
}

interface PasskeyProps {
  readonly creating: boolean
  readonly busy: By | undefined
  /** Whether there is another way. */
  readonly passwords: boolean | undefined
  readonly enter: () => void
}

function Passkey({ creating, busy, enter, passwords }: PasskeyProps) {
  const t = wallet.value.welcome
  if (!hasPasskeys()) return <p class="muted">{whyNoPasskeys(passwords !== false)}</p>
  return (
    <div class="stack" data-gap="m">
      <p>{t.passkeyWhy}</p>
      <div class="actions" data-fill>
        <Button kind="primary" big icon={key} busy={busy !== undefined} onPress={enter}>
          {busy === 'passkey' ? t.waiting : creating ? t.createPasskey : t.passkey}
        </Button>
      </div>
    </div>
  )
}

interface PasswordFormProps {
  readonly creating: boolean
  readonly busy: By | undefined
  readonly enter: (typed: { readonly email: string; readonly password: string }) => void
}

function PasswordForm({ creating, busy, enter }: PasswordFormProps) {
  const t = wallet.value.welcome
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  return (
    <form
      class="stack"
      data-gap="m"
      onSubmit={(event) => {
        event.preventDefault()
        enter({ email, password })
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
        <SubmitButton kind="plain" busy={busy !== undefined}>
          {creating ? t.create : t.logIn}
        </SubmitButton>
      </div>
    </form>
  )
}

function sentenceFor(failure: CallFailure): string {
  const t = wallet.value.welcome
  const { status } = failure
  const reason = reasonIn(failure)
  if (status === 401) return reason === undefined ? t.wrong : t.passkeyUnknown
  if (status === 409 && reason === undefined) return t.exists
  return status === 400 && reason === undefined ? t.unfit : whyNot(failure)
}
