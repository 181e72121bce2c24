/**
 * What a verification came to: one sentence, then every check with its reasons, what was shared, and which instances did it. Nothing
 * is shown that was not in a verified answer.
 */
import './result.css'
import type { VerificationView } from '@countersign/api/verifier/session'
import { ok } from '@countersign/core/result'
import { Outcome } from '@countersign/ui/elements/badge'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { again } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainText } from '@countersign/ui/elements/plain-name'
import { type Fact, Facts } from '@countersign/ui/elements/sheet'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { claimText } from '@countersign/ui/text/claim-text'
import { dayAndTime, list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { formatTag } from '@countersign/ui/text/texts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import {
  claimLabel,
  configurationOf,
  detailLabels,
  type IssuerMetadata,
  loadMetadata,
  titleOf,
} from '../issue/catalogue.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { curlCommand } from '../parts/curl-command.ts'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { chain, terminal } from '../parts/portal-icons.ts'
import { Refused } from '../parts/refused.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { useSessionStream } from '../parts/use-session-stream.ts'
import { api } from '../session.ts'
import { portal } from '../text/portal-texts.ts'
import { askedIn, beginVerification, keptRequest } from './begin-verification.ts'
import { CheckList } from './check-list.tsx'
import { claimRows } from './claim-rows.ts'
import { inWords } from './dcql-preset.ts'
import { heardResult } from './heard-results.ts'
import { Timeline } from './timeline.tsx'
import { Transactions } from './transactions.tsx'
import { wayFacts } from './way-facts.tsx'

export function ResultPage() {
  const { params } = useRoute()
  const id = params['id'] ?? ''
  const tag = formatTag()
  const heard = heardResult(id, tag)
  const load = async () => (heard === undefined ? loadResult(id, tag) : ok(heard))
  const { value = heard, failure, retry } = useLoaded(load, `${id} ${tag}`)
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  if (!isDecided(value)) return <NotDecided id={id} />
  return <Result view={value} />
}

/** In the language of the page, whatever the browser's is. */
function loadResult(id: string, tag: string): Promise<Answer<VerificationView>> {
  return api.get<VerificationView>(`/verifier${pathOf(id)}`, { headers: { 'accept-language': tag } })
}

function pathOf(id: string): string {
  return `/openid4vc/session/${encodeURIComponent(id)}`
}

type DecidedView = Exclude<VerificationView, { state: 'created' | 'requested' | 'answered' }>

function isDecided(view: VerificationView): view is DecidedView {
  return view.state !== 'created' && view.state !== 'requested' && view.state !== 'answered'
}

function NotDecided({ id }: { readonly id: string }) {
  const t = portal.value
  return (
    <div class="stack" data-gap="l">
      <Heading title={t.result.notDecided} product={t.product} />
      <div class="actions">
        <LinkButton kind="primary" href={`/verify/${encodeURIComponent(id)}`}>
          {t.result.toRequest}
        </LinkButton>
      </div>
    </div>
  )
}

function Result({ view }: { readonly view: DecidedView }) {
  const t = portal.value
  const { events } = useSessionStream<VerificationView>('verifier', view.id)
  const metadata = useLoaded(loadMetadata, 'metadata').value
  const checks = 'checks' in view ? view.checks : []
  return (
    <div class="stack" data-gap="xl">
      <div class="stack">
        <OutcomeOf view={view} />
        <ResultActions view={view} />
      </div>
      <div class="two" data-side="end">
        <div class="stack">{checks.length > 0 && <CheckList checks={checks} />}</div>
        <div class="stack">
          <Shared view={view} metadata={metadata} />
          {view.transactionData !== undefined && <Transactions view={view} metadata={metadata} />}
          <SessionFacts view={view} metadata={metadata} />
        </div>
      </div>
      {events.length > 0 && <Timeline events={events} />}
      <TechnicalDetails summary={t.result.raw} text={JSON.stringify(withoutClaims(view), null, 2)} />
    </div>
  )
}

/** The sentence is the API's; a page of another release than its verifier says the least. */
function OutcomeOf({ view }: { readonly view: DecidedView }) {
  const t = portal.value
  const { outcome, state } = view
  const tone = state === 'verified' ? 'ok' : state === 'rejected' ? 'bad' : 'open'
  const plain = {
    verified: t.result.verified,
    rejected: t.result.notVerified,
    undetermined: t.result.undetermined,
    declined: t.request.titleDeclined,
    expired: t.request.titleExpired,
  }[state]
  const title = plainText(outcome?.sentence ?? plain)
  return (
    <Outcome tone={tone} heading={<Heading title={title} product={t.product} />}>
      {outcome?.advice}
    </Outcome>
  )
}

function ResultActions({ view }: { readonly view: DecidedView }) {
  const t = portal.value
  const { route } = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  async function askAgain() {
    setBusy(true)
    setFailure(undefined)
    const answer = await beginVerification(keptRequest(view.id)?.body ?? askedIn(view))
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    return route(`/verify/${encodeURIComponent(answer.value.id)}`)
  }
  const isGood = view.state === 'verified'
  return (
    <div class="result-actions stack" data-gap="m">
      {failure !== undefined && <Refused heading={t.ask.refused} failure={failure} />}
      <div class="actions">
        <Button kind={isGood ? 'plain' : 'primary'} icon={again} busy={busy} onPress={() => void askAgain()}>
          {isGood ? t.result.again : t.result.verifyAgain}
        </Button>
        {/* The address is the result's own: whoever may see it finds it there until it is no longer kept. */}
        <CopyButton icon={chain} text={location.href}>
          {t.result.copyLink}
        </CopyButton>
        <CopyButton icon={terminal} text={curlCommand({ service: 'verifier', path: pathOf(view.id) })}>
          {t.copyCurl}
        </CopyButton>
      </div>
    </div>
  )
}

interface PartProps {
  readonly view: DecidedView
  readonly metadata: IssuerMetadata | undefined
}

function Shared({ view, metadata }: PartProps) {
  const t = portal.value.result
  if (view.state !== 'verified') {
    if (view.state === 'declined' || view.state === 'expired') return null
    return (
      <section class="sheet" aria-labelledby="shared">
        <h2 id="shared">{t.shared}</h2>
        <p class="muted">{t.notShown}</p>
      </section>
    )
  }
  return (
    <>
      {view.credentials.map((credential, at) => {
        const { claims, format, queryId, type } = credential
        const known = metadata && configurationOf(metadata, format, type)
        const words = { yes: ui.value.yes, no: ui.value.no }
        const rows = claimRows(claims, words, (path) => claimLabel(known?.configuration, path))
        const id = `shared-${at}`
        return (
          <section class="sheet" aria-labelledby={id} key={queryId}>
            <h2 id={id}>{t.shared}</h2>
            <p class="muted foreign">{filled(t.of, { type: titleOf(metadata, type) })}</p>
            {rows.length === 0 ? (
              <p>{t.nothing}</p>
            ) : (
              <Facts
                none={ui.value.notGiven}
                facts={rows.map(({ label, value }) => ({ label, value: claimText(value) }))}
              />
            )}
          </section>
        )
      })}
    </>
  )
}

function SessionFacts({ view, metadata }: PartProps) {
  const t = portal.value.result
  const asked = inWords(view.dcqlQuery)
  const facts: Fact[] = [
    {
      label: t.asked,
      value: list(
        asked.details.length > 0
          ? detailLabels(metadata, asked.details)
          : asked.types.map((type) => titleOf(metadata, type)),
      ),
    },
    ...('credentials' in view ? [...view.credentials].flatMap(issuerFacts) : []),
    ...(view.purpose === undefined
      ? []
      : [{ label: t.purpose, value: <q class="foreign">{plainText(view.purpose)}</q> }]),
    { label: t.decided, value: dayAndTime(isoOf(view.decidedAt)) },
    { label: t.returned, value: view.returned ? ui.value.yes : ui.value.no },
    ...wayFacts(view),
  ]
  return (
    <section class="sheet" aria-labelledby="session">
      <h2 id="session">{t.session}</h2>
      <Facts none={ui.value.notGiven} facts={facts} />
    </section>
  )
}

/** Whom somebody vouches for, and what a credential only says of itself, are two labels. */
function issuerFacts({
  anchor,
  claimedIssuer,
  issuer,
}: {
  readonly issuer?: string | undefined
  readonly claimedIssuer?: string | undefined
  readonly anchor?: string | undefined
}): readonly Fact[] {
  const t = portal.value.result
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t.issuer, issuer],
    [t.claimedIssuer, claimedIssuer],
    [t.anchor, anchor],
  ]
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value: plainText(value) }]))
}

/** Values stand above, under their names; a raw view that is copied into a report has none. */
function withoutClaims(view: DecidedView): unknown {
  if (view.state !== 'verified') return view
  return {
    ...view,
    credentials: view.credentials.map(({ claims, ...rest }) => ({ ...rest, claims: Object.keys(claims) })),
  }
}
