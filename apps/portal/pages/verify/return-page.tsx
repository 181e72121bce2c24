/**
 * Where a wallet sends its user's browser. The code in the address is exchanged by a call, and only in the name of the browser that
 * began: loading this page alone changes nothing, and another browser is told where to look.
 */
import { LinkButton } from '@countersign/ui/elements/button'
import { Strokes } from '@countersign/ui/elements/icon'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { useEffect, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { NotLoaded } from '../parts/loading.tsx'
import { api } from '../session.ts'
import { portal } from '../text/portal-texts.ts'

export function ReturnPage() {
  const { params, query } = useRoute()
  const id = params['id'] ?? ''
  const code = query['response_code'] ?? ''
  const t = portal.value
  const [tries, setTries] = useState(0)
  const failure = useExchange(id, code, tries)
  if (code === '') return <Told title={t.back.noCode} why={t.back.noCodeWhy} />
  if (failure === undefined) return <Told title={t.back.title} why={t.back.lede} />
  if (failure.status === 401 || failure.status === 403)
    return <Told title={t.back.elsewhere} why={t.back.elsewhereWhy} />
  return <NotLoaded failure={failure} retry={() => setTries(tries + 1)} />
}

/** Goes on to the request, which goes on to the result; the code is in no address after that. */
function useExchange(id: string, code: string, tries: number): CallFailure | undefined {
  const { route } = useLocation()
  const [failure, setFailure] = useState<CallFailure>()
  useEffect(() => {
    if (code === '') return
    let isShown = true
    setFailure(undefined)
    void exchanged(id, code, tries).then((answer) => {
      if (!isShown) return
      // 409: it was exchanged before, by this browser; the page that follows says what came of it.
      if (answer.ok || answer.error.status === 409) route(`/verify/${encodeURIComponent(id)}`, true)
      else setFailure(answer.error)
    })
    return () => {
      isShown = false
    }
  }, [id, code, tries, route])
  return failure
}

let latest: { readonly of: string; readonly answer: Promise<Answer<unknown>> } | undefined

/** One call a code and try, however often the page is put together meanwhile: a second one would be refused. */
function exchanged(id: string, code: string, tries: number): Promise<Answer<unknown>> {
  const of = JSON.stringify([id, code, tries])
  if (latest?.of !== of) {
    const path = `/verifications/${encodeURIComponent(id)}/returned`
    latest = { of, answer: api.send('POST', path, { responseCode: code }) }
  }
  return latest.answer
}

function Told({ title, why }: { readonly title: string; readonly why: string }) {
  return (
    <div class="column stack" data-gap="l">
      <Strokes />
      <div class="stack" data-gap="s">
        <Heading title={title} product={portal.value.product} key={title} />
        <p class="lede" role="status">
          {why}
        </p>
      </div>
      <div class="actions">
        <LinkButton href="/">{portal.value.home}</LinkButton>
      </div>
    </div>
  )
}
