/**
 * A request that waits for a wallet: code, link, time, and what happens. What was tried and decides nothing is told as such. Once
 * the verification is decided, whichever way, its result takes the place of this page; a code that ended without an answer
 * leaves it at once.
 */
import type { VerificationView } from '@countersign/api/verifier/session'
import { QrCode, QrGone } from '@countersign/ui/code/qr-code'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { Icon, Strokes } from '@countersign/ui/elements/icon'
import { again, cards, clock, dash } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { Facts } from '@countersign/ui/elements/sheet'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { CopyLine } from '@countersign/ui/page/copy-line'
import { Countdown } from '@countersign/ui/page/countdown'
import { Heading } from '@countersign/ui/page/heading'
import { LiveLine, type Step, Steps } from '@countersign/ui/page/steps'
import { clockTime, list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useEffect, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { detailLabels, loadMetadata, titleOf } from '../issue/catalogue.ts'
import { BackLink } from '../parts/back-link.tsx'
import { Instance } from '../parts/instance.tsx'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { Refused } from '../parts/refused.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { type FollowedSession, useSessionStream } from '../parts/use-session-stream.ts'
import { webWalletAddress } from '../parts/web-wallet.ts'
import { portal } from '../text/portal-texts.ts'
import { beginVerification, type KeptRequest, keptRequest } from './begin-verification.ts'
import { inWords } from './dcql-preset.ts'
import {
  isCodeOpen,
  type RequestStage,
  type RequestStep,
  requestSteps,
  stageOf,
  waitsForReturn,
} from './request-steps.ts'

export function RequestPage() {
  const { params } = useRoute()
  const { route } = useLocation()
  const id = params['id'] ?? ''
  const followed = useSessionStream<VerificationView>('verifier', id)
  const { view, refused, connected } = followed
  const isDecided = view !== undefined && stageOf(view) === 'decided'
  useEffect(() => {
    if (isDecided) route(`/verify/${encodeURIComponent(id)}/result`, true)
  }, [isDecided, id, route])
  if (refused !== undefined && view === undefined)
    return (
      <NotLoaded
        failure={{ kind: 'refused', status: refused, message: 'the verification cannot be followed' }}
      />
    )
  if (view === undefined && !connected)
    return <NotLoaded failure={{ kind: 'unreachable', status: 0, message: 'no answer' }} />
  if (view === undefined || isDecided) return <Loading />
  return <Request key={id} view={view} followed={followed} own={keptRequest(id)} />
}

interface RequestProps {
  readonly view: VerificationView
  readonly followed: FollowedSession<VerificationView>
  readonly own: KeptRequest | undefined
}

function Request({ view, followed, own }: RequestProps) {
  const t = portal.value
  const [isLate, setLate] = useState(false)
  const metadata = useLoaded(loadMetadata, 'metadata').value
  const said = stageOf(view)
  const stage = isLate && isCodeOpen(said) ? 'expired' : said
  const asked = inWords(view.dcqlQuery)
  const from = asked.types.map((called) => titleOf(metadata, called))
  const details = detailLabels(metadata, asked.details)
  const what = list(from.length === 0 ? details : from)
  const [heading, lede] = sentencesFor(stage, asked.details.length)
  return (
    <>
      <BackLink href="/verify">{t.changeRequest}</BackLink>
      <div class="stack" data-gap="l">
        <div class="stack" data-gap="s">
          <Heading title={filled(heading, { what })} product={t.product} />
          <p class="lede">{lede}</p>
        </div>
        <div class="two" data-side="start">
          <div class="stack">
            {isCodeOpen(stage) ? (
              <OpenCode view={view} own={own} onOver={() => setLate(true)} />
            ) : (
              <SpentCode stage={stage} at={followed.events.at(-1)?.at ?? view.expiresAt} />
            )}
            <AnotherCode view={view} own={own} isOpen={isCodeOpen(stage)} />
          </div>
          <div class="stack">
            <Live stage={stage} view={view} followed={followed} />
            <Attempts view={view} />
            <section class="sheet" aria-labelledby="asks">
              <h2 id="asks">{t.request.whatAsks}</h2>
              <Facts
                none={ui.value.notGiven}
                facts={[
                  { label: t.request.from, value: list(from) },
                  { label: t.request.details, value: list(details) },
                ]}
              />
              <TechnicalDetails summary={t.request.query} text={JSON.stringify(view.dcqlQuery, null, 2)} />
            </section>
          </div>
        </div>
      </div>
    </>
  )
}

function sentencesFor(stage: RequestStage, details: number): readonly [heading: string, lede: string] {
  const t = portal.value.request
  if (stage === 'expired') return [t.titleExpired, t.ledeExpired]
  if (stage === 'declined') return [t.titleDeclined, t.ledeDeclined]
  return [t.title, t.lede(details)]
}

interface OpenCodeProps {
  readonly view: VerificationView
  readonly own: KeptRequest | undefined
  readonly onOver: () => void
}

function OpenCode({ view, own, onOver }: OpenCodeProps) {
  const t = portal.value
  const wallet = own && webWalletAddress(own.started.url)
  return (
    <>
      {own === undefined ? (
        <QrGone>
          <p>{t.request.codeGone}</p>
        </QrGone>
      ) : (
        <QrCode text={own.started.url} label={t.qrLabel} />
      )}
      <div class="code-side stack" data-gap="m">
        <Countdown until={isoOf(view.expiresAt)} since={isoOf(view.createdAt)} onOver={onOver} />
        {wallet !== undefined && (
          <div class="actions" data-fill>
            <LinkButton kind="primary" href={wallet} icon={cards}>
              {t.openWallet}
            </LinkButton>
          </div>
        )}
        {own !== undefined && <CopyLine text={own.started.url} />}
      </div>
    </>
  )
}

function SpentCode({ stage, at }: { readonly stage: RequestStage; readonly at: number }) {
  const t = portal.value
  if (stage === 'answered')
    return (
      <QrGone>
        <span class="gone-mark" data-tone="open">
          <Strokes />
        </span>
        <b>{t.used}</b>
        <span>{t.usedOnce}</span>
      </QrGone>
    )
  const declined = stage === 'declined'
  return (
    <QrGone>
      <Icon d={declined ? dash : clock} />
      <b>{declined ? t.request.declined : t.expired}</b>
      <span>{filled(t.expiredAt, { time: clockTime(isoOf(at)) ?? '' })}</span>
    </QrGone>
  )
}

interface AnotherCodeProps {
  readonly view: VerificationView
  readonly own: KeptRequest | undefined
  readonly isOpen: boolean
}

/** The query stands in the session, so every window can ask the same again. */
function AnotherCode({ view, own, isOpen }: AnotherCodeProps) {
  const t = portal.value
  const { route } = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  async function askAgain() {
    setBusy(true)
    setFailure(undefined)
    const answer = await beginVerification(own?.body ?? { dcql_query: view.dcqlQuery })
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    return route(`/verify/${encodeURIComponent(answer.value.id)}`)
  }
  return (
    <div class="code-side stack" data-gap="s">
      {failure !== undefined && <Refused heading={t.ask.refused} failure={failure} />}
      <Button kind={isOpen ? 'plain' : 'primary'} icon={again} busy={busy} onPress={() => void askAgain()}>
        {t.newCode}
      </Button>
      <p class="muted">{t.requestKept}</p>
    </div>
  )
}

interface LiveProps {
  readonly stage: RequestStage
  readonly view: VerificationView
  readonly followed: FollowedSession<VerificationView>
}

function Live({ stage, view, followed }: LiveProps) {
  const t = portal.value
  const isOver = stage === 'expired' || stage === 'declined'
  return (
    <section class="sheet" aria-labelledby="live">
      <h2 id="live">{isOver ? t.whatHappened : t.whatHappens}</h2>
      <Steps steps={requestSteps(stage, followed.events).map(shownStep)} />
      <div class="live-line">
        <LiveLine>
          {followed.connected || isOver ? sentenceOf(stage, view, followed) : t.connectionLost}
        </LiveLine>
      </div>
    </section>
  )
}

function shownStep({ id, state, event }: RequestStep): Step {
  const t = portal.value.request
  const titles = {
    created: t.requested,
    requested: t.opened,
    answered: t.answered,
    checked: t.checked,
    declined: t.declined,
    expired: t.expired,
  }
  return {
    id,
    state,
    title: titles[id],
    at: event && isoOf(event.at),
    more: event?.servedBy === undefined ? undefined : <Instance name={event.servedBy} />,
  }
}

function sentenceOf(
  stage: RequestStage,
  view: VerificationView,
  { events }: FollowedSession<VerificationView>,
): string {
  const t = portal.value.request
  if (stage === 'requested') return t.waitOpen
  if (stage === 'opened') return t.waitAnswer
  if (stage === 'answered') return waitsForReturn(view) ? t.waitReturn : t.waitEvidence
  if (stage === 'declined') return t.theyDeclined
  return events.some(({ type }) => type === 'requested') ? t.openedNotAnswered : t.nobodyOpened
}

function Attempts({ view }: { readonly view: VerificationView }) {
  const t = portal.value.request
  const { attempts = [] } = view
  if (attempts.length === 0) return null
  return (
    <section class="sheet" aria-labelledby="attempts">
      <h2 id="attempts">{t.attempts}</h2>
      <p class="muted">{t.attemptsWhy}</p>
      <ul class="attempts">
        {attempts.map(({ kind, at }) => (
          <li key={kind}>
            <span>{kind === 'declined' ? t.attemptDeclined : t.attemptStranger}</span>
            <time dateTime={isoOf(at)}>{clockTime(isoOf(at))}</time>
          </li>
        ))}
      </ul>
    </section>
  )
}
