/** Back in by a link of the operator. What stands behind `#` goes to nobody but this wallet's own service, and out of the address bar. */
import type { ResetAnswer, ResetOptionsAnswer } from '@countersign/api/wallet/access'
import { Button, LinkButton, SubmitButton } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { hasPasskeys, makePasskey } from '@countersign/ui/login/passkeys'
import { Heading } from '@countersign/ui/page/heading'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useEffect, useState } from 'preact/hooks'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { api, welcome } from './session.ts'

export function ResetPage() {
  const t = wallet.value.recovery
  const [link] = useState(() => location.hash.slice(1))
  const [opened, setOpened] = useState<ResetOptionsAnswer>()
  const [problem, setProblem] = useState<string>()
  const [password, setPassword] = useState('')
  const [done, setDone] = useState<ResetAnswer>()

  useEffect(() => {
    history.replaceState(null, '', '/reset')
    void api.send<ResetOptionsAnswer>('POST', '/auth/reset/options', { link }).then((answer) => {
      if (answer.ok) setOpened(answer.value)
      else setProblem(sentenceFor(answer.error))
    })
  }, [link])

  async function use(means: object) {
    setProblem(undefined)
    const answer = await api.send<ResetAnswer>('POST', '/auth/reset', { link, means })
    if (answer.ok) setDone(answer.value)
    else setProblem(sentenceFor(answer.error))
  }

  async function usePasskey() {
    if (opened === undefined) return
    const credential = await makePasskey(opened.options)
    if (credential.ok) await use({ ceremony: opened.ceremony, credential: credential.value })
    else setProblem(wallet.value.welcome.passkeyFailed)
  }

  if (done !== undefined)
    return (
      <div class="column stack" data-gap="l">
        <Heading title={t.resetDone} product={wallet.value.product} />
        <RecoveryCodes codes={done.recoveryCodes} />
        <div class="actions">
          <Button kind="primary" onPress={() => void welcome(done.session).then(() => location.replace('/'))}>
            {wallet.value.request.toCards}
          </Button>
        </div>
      </div>
    )
  return (
    <div class="column stack" data-gap="l">
      <Heading title={t.resetTitle} product={wallet.value.product} />
      {problem !== undefined && (
        <Notice tone="bad" announced>
          <p>{problem}</p>
        </Notice>
      )}
      {opened === undefined ? (
        <LinkButton href="/">{wallet.value.welcome.logIn}</LinkButton>
      ) : (
        <>
          <p class="lede">{filled(t.resetFor, { who: opened.account.email ?? opened.account.name })}</p>
          <p>{t.resetWhy}</p>
          <Sheet parts>
            {hasPasskeys() && (
              <div class="actions" data-fill>
                <Button kind="primary" big icon={key} onPress={() => void usePasskey()}>
                  {t.newPasskey}
                </Button>
              </div>
            )}
            {opened.account.email !== undefined && (
              <Part label={wallet.value.welcome.or}>
                <form
                  class="stack"
                  data-gap="m"
                  onSubmit={(event) => {
                    event.preventDefault()
                    void use({ password })
                  }}
                >
                  <TextField
                    label={own.value.settings.passwordNext}
                    type="password"
                    autocomplete="new-password"
                    value={password}
                    onInput={setPassword}
                  />
                  <div class="actions" data-fill>
                    <SubmitButton kind="plain">{t.newPassword}</SubmitButton>
                  </div>
                </form>
              </Part>
            )}
          </Sheet>
        </>
      )}
    </div>
  )
}

function sentenceFor({ code, status }: CallFailure): string {
  const t = wallet.value.recovery
  if (code === 'link_unusable' || (status === 400 && code === undefined)) return t.linkUnusable
  if (status === 429) return wallet.value.welcome.tooMany
  return status === 400 ? own.value.settings.passwordShort : wallet.value.welcome.failed
}
