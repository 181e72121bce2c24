/** Back in by a link of the operator. What stands behind `#` goes to nobody but this wallet's own service, and out of the address bar. */
import type { ResetAnswer, ResetOptionsAnswer, WaysInAnswer } from '@countersign/api/wallet/access'
import { Button, LinkButton, SubmitButton } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { hasPasskeys, makePasskey } from '@countersign/ui/login/passkeys'
import { Heading } from '@countersign/ui/page/heading'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useEffect, useRef, useState } from 'preact/hooks'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { api, enterAt } from './session.ts'
import { reasonIn, whyNoPasskeys, whyNot } from './why-not.ts'

export function ResetPage() {
  const t = wallet.value.recovery
  const [link] = useState(() => location.hash.slice(1))
  const [opened, setOpened] = useState<ResetOptionsAnswer>()
  const [hasPasswords, setHasPasswords] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [done, setDone] = useState<ResetAnswer>()
  const [busy, setBusy] = useState(false)
  const working = useRef(false)

  useEffect(() => {
    history.replaceState(null, '', '/reset')
    if (link === '') return setProblem(t.linkGone)
    void Promise.all([
      api.send<ResetOptionsAnswer>('POST', '/auth/reset/options', { link }),
      api.get<WaysInAnswer>('/auth/ways'),
    ]).then(([answer, ways]) => {
      setHasPasswords(ways.ok && ways.value.password)
      if (answer.ok) setOpened(answer.value)
      else setProblem(answer.error.status === 400 ? t.linkUnusable : sentenceFor(answer.error))
    })
  }, [link])

  async function use(means: () => Promise<object | undefined>) {
    if (working.current) return
    working.current = true
    setBusy(true)
    setProblem(undefined)
    const chosen = await means()
    const answer = chosen && (await api.send<ResetAnswer>('POST', '/auth/reset', { link, means: chosen }))
    working.current = false
    setBusy(false)
    if (answer === undefined) setProblem(wallet.value.welcome.passkeyFailed)
    else if (answer.ok) setDone(answer.value)
    else setProblem(sentenceFor(answer.error))
  }

  if (done !== undefined)
    return (
      <div class="column stack" data-gap="l" key="done">
        <Heading title={t.resetDone} product={wallet.value.product} />
        <RecoveryCodes codes={done.recoveryCodes} onKept={() => enterAt('/')} main />
      </div>
    )
  return (
    <div class="column stack" data-gap="l" key="asked">
      <Heading title={t.resetTitle} product={wallet.value.product} />
      {problem !== undefined && (
        <Notice tone="bad" announced>
          <p>{problem}</p>
        </Notice>
      )}
      {opened !== undefined && (
        <Means opened={opened} withPassword={hasPasswords} busy={busy} use={(means) => void use(means)} />
      )}
      {opened === undefined && problem === undefined && <p class="muted">{ui.value.loading}</p>}
      {opened === undefined && problem !== undefined && (
        <div class="actions">
          <LinkButton href="/">{wallet.value.welcome.logIn}</LinkButton>
        </div>
      )}
    </div>
  )
}

interface MeansProps {
  readonly opened: ResetOptionsAnswer
  readonly withPassword: boolean
  readonly busy: boolean
  /** Undefined: the owner thought otherwise. */
  readonly use: (means: () => Promise<object | undefined>) => void
}

function Means({ busy, opened, use, withPassword }: MeansProps) {
  const t = wallet.value.recovery
  const [password, setPassword] = useState('')
  const { account, ceremony, options } = opened
  async function byPasskey() {
    const credential = await makePasskey(options)
    return credential.ok ? { ceremony, credential: credential.value } : undefined
  }
  return (
    <>
      <p class="lede foreign">{filled(t.resetFor, { who: account.email ?? account.name })}</p>
      <p>{t.resetWhy}</p>
      <Sheet parts>
        {hasPasskeys() ? (
          <div>
            <div class="actions" data-fill>
              <Button kind="primary" big icon={key} busy={busy} onPress={() => use(byPasskey)}>
                {t.newPasskey}
              </Button>
            </div>
          </div>
        ) : (
          <p>{whyNoPasskeys(withPassword)}</p>
        )}
        {account.email !== undefined && withPassword && (
          <Part label={wallet.value.welcome.or}>
            <form
              class="stack"
              data-gap="m"
              onSubmit={(event) => {
                event.preventDefault()
                use(async () => ({ password }))
              }}
            >
              <TextField
                label={own.value.settings.passwordNext}
                type="password"
                autocomplete="new-password"
                value={password}
                onInput={setPassword}
                required
              />
              <div class="actions" data-fill>
                <SubmitButton kind="plain" busy={busy}>
                  {t.newPassword}
                </SubmitButton>
              </div>
            </form>
          </Part>
        )}
      </Sheet>
    </>
  )
}

function sentenceFor(failure: CallFailure): string {
  const t = wallet.value.recovery
  const { code, status } = failure
  if (code === 'link_unusable') return t.linkUnusable
  if (status === 409) return t.meansTaken
  // The link was read before, so it is the password that is not as it has to be.
  return status === 400 && reasonIn(failure) === undefined
    ? own.value.settings.passwordShort
    : whyNot(failure)
}
