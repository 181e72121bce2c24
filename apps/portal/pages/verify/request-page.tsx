/**
 * A request that waits for a wallet: code, link, time, and what happens. What was tried and decides nothing is told as such. Once
 * the verification is decided, whichever way, its result takes the place of this page; a code that ended without an answer
 * leaves it at once.
 */
import type { VerificationView } from '@countersign/api/verifier/session'
import { clock, dash } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainText } from '@countersign/ui/elements/plain-name'
import { Facts } from '@countersign/ui/elements/sheet'
import { Countdown } from '@countersign/ui/page/countdown'
import { clockTime, list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useEffect, useState } from 'preact/hooks'
import { lazy, useLocation, useRoute } from 'preact-iso'
import { detailLabels, type IssuerMetadata, loadMetadata, titleOf } from '../issue/catalogue.ts'
import { Loading } from '../parts/loading.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { type FollowedSession, useSessionStream } from '../parts/use-session-stream.ts'
import { asking } from '../text/asking-texts.ts'
import { portal } from '../text/portal-texts.ts'
import { BelowCode, NewCode, OpenCode, type OpenCodeProps, UnusedCode, UsedCode } from '../waiting/code.tsx'
import { CodePage, NotHeard } from '../waiting/code-page.tsx'
import { Live } from '../waiting/live.tsx'
import type { AskBrowserProps } from './ask-browser.tsx'
import { isFetched, isThroughBrowser } from './asking-ways.ts'
import { askedIn, beginVerification, type KeptRequest, keptRequest } from './begin-verification.ts'
import { inWords } from './dcql-preset.ts'
import { keepHeard } from './heard-results.ts'
import { isCodeOpen, type RequestStage, requestSteps, stageOf, waitsForReturn } from './request-steps.ts'
import { wayFacts } from './way-facts.tsx'

/** Few ask so. */
const AskBrowser = lazy(async () => (await import('./ask-browser.tsx')).AskBrowser)

export function RequestPage() {
  const { params } = useRoute()
  const { route } = useLocation()
  const id = params['id'] ?? ''
  const followed = useSessionStream<VerificationView>('verifier', id)
  const names = useLoaded(loadNames, 'metadata')
  const { view } = followed
  const [isBringing, setBringing] = useState(false)
  const isDecided = view !== undefined && stageOf(view) === 'decided'
  useEffect(() => {
    if (!isDecided || isBringing) return
    keepHeard(view)
    route(`/verify/${encodeURIComponent(id)}/result`, true)
  }, [isDecided, isBringing, id, route])
  if (view === undefined) return <NotHeard followed={followed} />
  // A heading that gets another name moves all that stands below it.
  const isNamed = names.value !== undefined || names.failure !== undefined
  if (isDecided || !isNamed) return <Loading />
  const own = keptRequest(id)
  return (
    <Request
      key={id}
      view={view}
      followed={followed}
      own={own}
      metadata={names.value}
      onBringing={() => setBringing(true)}
      onBrought={(code) => {
        if (code === undefined) setBringing(false)
        else route(`/verify/${encodeURIComponent(id)}/return?response_code=${encodeURIComponent(code)}`, true)
      }}
    />
  )
}

/** The words of the issuer, while it is worth waiting for them; without them a type is called as the query calls it. */
function loadNames() {
  return loadMetadata({ timeoutMs: 2_000 })
}

interface RequestProps extends Pick<AskBrowserProps, 'onBringing' | 'onBrought'> {
  readonly view: VerificationView
  readonly followed: FollowedSession<VerificationView>
  readonly own: KeptRequest | undefined
  readonly metadata: IssuerMetadata | undefined
}

function Request({ view, followed, own, metadata, onBringing, onBrought }: RequestProps) {
  const t = portal.value
  const [isLate, setLate] = useState(false)
  const said = stageOf(view)
  const stage = isLate && isCodeOpen(said) ? 'expired' : said
  const isInBrowser = isThroughBrowser(view.responseMode)
  const asked = inWords(view.dcqlQuery)
  const from = asked.types.map((called) => titleOf(metadata, called))
  const details = detailLabels(metadata, asked.details)
  const what = list(from.length === 0 ? details : from)
  const [heading, lede] = sentencesFor(stage, asked.details.length, isInBrowser)
  // The query stands in the session, so every window can ask the same again.
  const askAgain = () => beginVerification(own?.body ?? askedIn(view))
  return (
    <CodePage
      back={{ href: '/verify', text: t.changeRequest }}
      title={filled(heading, { what })}
      lede={lede}
      code={
        <>
          {isCodeOpen(stage) ? (
            <OpenRequest
              id={view.id}
              times={view}
              started={own?.started}
              isInBrowser={isInBrowser}
              onOver={() => setLate(true)}
              onBringing={onBringing}
              onBrought={onBrought}
            />
          ) : (
            <SpentCode stage={stage} at={followed.events.at(-1)?.at ?? view.expiresAt} />
          )}
          <BelowCode kept={t.requestKept}>
            <NewCode
              isOpen={isCodeOpen(stage)}
              whenRefused={t.ask.refused}
              make={askAgain}
              below="/verify"
              text={isInBrowser ? asking.value.browser.another : undefined}
            />
          </BelowCode>
        </>
      }
    >
      <Live
        steps={requestSteps(stage, followed.events, isFetched(view))}
        titles={stepTitles()}
        sentence={sentenceOf(stage, view, followed)}
        isOver={stage === 'expired' || stage === 'declined'}
        connected={followed.connected}
      />
      <Attempts view={view} />
      <section class="sheet" aria-labelledby="asks">
        <h2 id="asks">{t.request.whatAsks}</h2>
        <Facts
          none={ui.value.notGiven}
          facts={[
            { label: t.request.from, value: list(from) },
            { label: t.request.details, value: list(details) },
            { label: t.request.purpose, value: quoted(view.purpose) ?? t.request.noPurpose },
            ...wayFacts(view),
          ]}
        />
        <TechnicalDetails summary={t.request.query} text={JSON.stringify(view.dcqlQuery, null, 2)} />
      </section>
    </CodePage>
  )
}

/** As wallets show it. */
function quoted(purpose: string | undefined) {
  return purpose === undefined ? undefined : <q class="foreign">{plainText(purpose)}</q>
}

interface OpenRequestProps
  extends Omit<AskBrowserProps, 'children'>,
    Pick<OpenCodeProps, 'onOver' | 'times'> {
  readonly isInBrowser: boolean
}

/** What waits for a wallet: a code, or a press. */
function OpenRequest({ isInBrowser, onOver, times, ...open }: OpenRequestProps) {
  const { started } = open
  if (isInBrowser)
    return (
      <AskBrowser {...open}>
        <Countdown until={isoOf(times.expiresAt)} since={isoOf(times.createdAt)} onOver={onOver} />
      </AskBrowser>
    )
  const url = started !== undefined && 'url' in started ? started.url : undefined
  return <OpenCode url={url} times={times} onOver={onOver} />
}

function sentencesFor(
  stage: RequestStage,
  details: number,
  isInBrowser: boolean,
): readonly [heading: string, lede: string] {
  const t = portal.value.request
  if (stage === 'expired') return [t.titleExpired, t.ledeExpired]
  if (stage === 'declined') return [t.titleDeclined, t.ledeDeclined]
  return [isInBrowser ? asking.value.browser.title : t.title, t.lede(details)]
}

function SpentCode({ stage, at }: { readonly stage: RequestStage; readonly at: number }) {
  const t = portal.value
  if (stage === 'answered') return <UsedCode tone="open" title={t.used} />
  if (stage === 'declined') return <UnusedCode shape={dash} title={t.request.declined} at={at} />
  return <UnusedCode shape={clock} title={t.expired} at={at} />
}

function stepTitles() {
  const t = portal.value.request
  return {
    created: t.requested,
    requested: t.opened,
    answered: t.answered,
    checked: t.checked,
    declined: t.declined,
    expired: t.expired,
  }
}

function sentenceOf(
  stage: RequestStage,
  view: VerificationView,
  { events }: FollowedSession<VerificationView>,
): string {
  const t = portal.value.request
  if (stage === 'requested') return waitOpen(view)
  if (stage === 'opened') return t.waitAnswer
  if (stage === 'answered') return waitsForReturn(view) ? t.waitReturn : t.waitEvidence
  if (stage === 'declined') return t.theyDeclined
  if (events.some(({ type }) => type === 'requested')) return t.openedNotAnswered
  return isFetched(view) ? t.nobodyOpened : asking.value.nobodyAnswered
}

function waitOpen(view: VerificationView): string {
  const { browser, waitLink } = asking.value
  if (isThroughBrowser(view.responseMode)) return browser.wait
  return isFetched(view) ? portal.value.request.waitOpen : waitLink
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
