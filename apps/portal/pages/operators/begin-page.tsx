/** The one-time link: whoever has it sets a passkey or a password, and is logged in. What it carries is taken out of the address at once. */
import type { LinkAnswer, PasskeyOptions } from '@countersign/api/portal/operators'
import { Button, SubmitButton } from '@countersign/ui/elements/button'
import { key } from '@countersign/ui/elements/icons'
import { Notice } from '@countersign/ui/elements/notice'
import { TextField } from '@countersign/ui/forms/field'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { hasPasskeys, makePasskey } from '@countersign/ui/login/passkeys'
import { Heading } from '@countersign/ui/page/heading'
import { Problem } from '@countersign/ui/page/problem'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { useLoaded } from '../parts/use-loaded.ts'
import { api, refreshSession } from '../session.ts'
import { portal } from '../text/portal-texts.ts'

const MINIMUM_PASSWORD = 12

export function BeginPage() {
  const [link] = useState(takeLink)
  const { value, failure, retry } = useLoaded(() => api.send<LinkAnswer>('POST', '/link', { link }), link)
  if (failure !== undefined && isOver(failure)) return <LinkOver failure={failure} />
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  return <ChooseMeans link={link} name={value.name} />
}

/** It stays in no history. */
function takeLink(): string {
  const link = location.hash.slice(1)
  if (link !== '') history.replaceState(history.state, '', location.pathname)
  return link === '' ? 'none' : link
}

function isOver({ status }: CallFailure): boolean {
  return status === 410 || status === 404
}

function LinkOver({ failure }: { readonly failure: CallFailure }) {
  const t = portal.value
  return (
    <Problem failure={failure} product={t.product} home="/" heading={t.begin.over} why={t.begin.overWhy} />
  )
}

function ChooseMeans({ link, name }: { readonly link: string; readonly name: string }) {
  const t = portal.value
  const { route } = useLocation()
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [error, setError] = useState<string>()
  async function use(work: () => Promise<CallFailure | string | undefined>) {
    setBusy(true)
    setProblem(undefined)
    const wrong = await work()
    setBusy(false)
    if (wrong !== undefined) return setProblem(typeof wrong === 'string' ? wrong : sentenceFor(wrong))
    await refreshSession()
    return route('/', true)
  }
  function savePassword() {
    if (Array.from(password).length < MINIMUM_PASSWORD) return setError(t.begin.tooShort)
    setError(undefined)
    return void use(() => sent(api.send('POST', '/link/use', { link, password })))
  }
  return (
    <div class="column stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={filled(t.begin.title, { name })} product={t.product} />
        <p class="lede">{t.begin.lede}</p>
      </div>
      {problem !== undefined && (
        <Notice tone="bad" announced>
          {problem}
        </Notice>
      )}
      {hasPasskeys() && (
        <section class="sheet stack" data-gap="m">
          <p>{t.begin.passkeyWhy}</p>
          <div class="actions" data-fill>
            <Button
              kind="primary"
              big
              icon={key}
              busy={busy}
              onPress={() => void use(() => usePasskey(link))}
            >
              {t.begin.passkey}
            </Button>
          </div>
        </section>
      )}
      <form
        class="sheet stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) savePassword()
        }}
      >
        <h2>{t.begin.or}</h2>
        <TextField
          label={t.begin.password}
          hint={t.begin.passwordHint}
          error={error}
          value={password}
          onInput={setPassword}
          type="password"
          autocomplete="new-password"
          required
        />
        <div class="actions" data-fill>
          <SubmitButton busy={busy}>{t.begin.save}</SubmitButton>
        </div>
      </form>
    </div>
  )
}

async function usePasskey(link: string): Promise<CallFailure | string | undefined> {
  const options = await api.send<PasskeyOptions>('POST', '/link/passkey/options', { link })
  if (!options.ok) return options.error
  const credential = await makePasskey(options.value.publicKey)
  if (!credential.ok) return portal.value.begin.failed
  return sent(api.send('POST', '/link/use', { link, credential: credential.value }))
}

async function sent(call: ReturnType<typeof api.send>): Promise<CallFailure | undefined> {
  const answer = await call
  return answer.ok ? undefined : answer.error
}

function sentenceFor(failure: CallFailure): string {
  const t = portal.value.begin
  if (isOver(failure)) return `${t.over}. ${t.overWhy}`
  if (failure.code === 'passkey_refused') return t.failed
  return failure.code === 'password_length' ? t.tooShort : failure.message
}
