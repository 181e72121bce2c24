/** Back in by a recovery code. */
import type { LoginAnswer } from '@countersign/api/wallet/accounts'
import { LinkButton, SubmitButton } from '@countersign/ui/elements/button'
import { Notice } from '@countersign/ui/elements/notice'
import { Sheet } from '@countersign/ui/elements/sheet'
import { TextField } from '@countersign/ui/forms/field'
import { Heading } from '@countersign/ui/page/heading'
import { useRef, useState } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'
import { api, enterAt } from './session.ts'
import { whyNot } from './why-not.ts'

export function RecoverPage() {
  const t = wallet.value.recovery
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const working = useRef(false)

  async function enter() {
    if (working.current) return
    working.current = true
    setBusy(true)
    setProblem(undefined)
    const login = { code, session: 'cookie' }
    const answer = await api.send<LoginAnswer>('POST', '/auth/recovery-codes/login', login)
    // To where new ones, and a new passkey, are made.
    if (answer.ok) return enterAt('/settings')
    working.current = false
    setBusy(false)
    const isWrong = answer.error.status === 401 || answer.error.status === 400
    setProblem(isWrong ? t.codeWrong : whyNot(answer.error))
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
          <TextField
            label={t.code}
            hint={t.codeHint}
            value={code}
            onInput={setCode}
            maxLength={64}
            required
          />
          <div class="actions" data-fill>
            <SubmitButton busy={busy}>{t.enter}</SubmitButton>
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
