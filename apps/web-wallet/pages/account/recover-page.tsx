/** Back in by a recovery code. */
import type { LoginAnswer } from '@countersign/api/wallet/accounts'
import { LinkButton, SubmitButton } from '@countersign/ui/elements/button'
import { Notice } from '@countersign/ui/elements/notice'
import { Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import { Heading } from '@countersign/ui/page/heading'
import { useState } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'
import { api, welcome } from './session.ts'

export function RecoverPage() {
  const t = wallet.value.recovery
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState<string>()

  async function enter() {
    const answer = await api.send<LoginAnswer>('POST', '/auth/recovery-codes/login', {
      code,
      session: 'cookie',
    })
    if (!answer.ok)
      return setProblem(answer.error.status === 429 ? wallet.value.welcome.tooMany : t.codeWrong)
    const { session } = answer.value
    if (session === undefined) return undefined
    await welcome(session)
    return location.replace('/settings')
  }

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
      <Sheet>
        <form
          class="stack"
          data-gap="m"
          onSubmit={(event) => {
            event.preventDefault()
            void enter()
          }}
        >
          <TextField label={t.code} hint={t.codeHint} value={code} onInput={setCode} code />
          <div class="actions" data-fill>
            <SubmitButton>{t.enter}</SubmitButton>
          </div>
        </form>
      </Sheet>
      <p class="muted">{t.noCodes}</p>
      <div class="actions">
        <LinkButton href="/">{wallet.value.welcome.logIn}</LinkButton>
      </div>
    </div>
  )
}
