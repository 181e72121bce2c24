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
import { clockTime, list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useEffect, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { detailLabels, type IssuerMetadata, loadMetadata, titleOf } from '../issue/catalogue.ts'
import { Loading } from '../parts/loading.tsx'
import { isoOf } from '../parts/times.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { type FollowedSession, useSessionStream } from '../parts/use-session-stream.ts'
import { portal } from '../text/portal-texts.ts'
import { BelowCode, NewCode, OpenCode, UnusedCode, UsedCode } from '../waiting/code.tsx'
import { CodePage, NotHeard } from '../waiting/code-page.tsx'
import { Live } from '../waiting/live.tsx'
import { askedIn, beginVerification, ENCRYPTED, type KeptRequest, keptRequest } from './begin-verification.ts'
import { inWords } from './dcql-preset.ts'
import { keepHeard } from './heard-results.ts'
import { isCodeOpen, type RequestStage, requestSteps, stageOf, waitsForReturn } from './request-steps.ts'

export function RequestPage() {
  const { params } = useRoute()
  const { route } = useLocation()
  const id = params['id'] ?? ''
  const followed = useSessionStream<VerificationView>('verifier', id)
  const names = useLoaded(loadNames, 'metadata')
  const { view } = followed
  const isDecided = view !== undefined && stageOf(view) === 'decided'
  useEffect(() => {
    if (!isDecided) return
    keepHeard(view)
    route(`/verify/${encodeURIComponent(id)}/result`, true)
  }, [isDecided, id, route])
  if (view === undefined) return <NotHeard followed={followed} />
  // A heading that gets another name moves all that stands below it.
  const isNamed = names.value !== undefined || names.failure !== undefined
  if (isDecided || !isNamed) return <Loading />
  const own = keptRequest(id)
  return <Request key={id} view={view} followed={followed} own={own} metadata={names.value} />
}

/** The words of the issuer, while it is worth waiting for them; without them a type is called as the query calls it. */
function loadNames() {
  return loadMetadata({ timeoutMs: 2_000 })
}

interface RequestProps {
  readonly view: VerificationView
  readonly followed: FollowedSession<VerificationView>
  readonly own: KeptRequest | undefined
  readonly metadata: IssuerMetadata | undefined
}

function Request({ view, followed, own, metadata }: RequestProps) {
  const t = portal.value
  const [isLate, setLate] = useState(false)
  const said = stageOf(view)
  const stage = isLate && isCodeOpen(said) ? 'expired' : said
  const asked = inWords(view.dcqlQuery)
  const from = asked.types.map((called) => titleOf(metadata, called))
  const details = detailLabels(metadata, asked.details)
  const what = list(from.length === 0 ? details : from)
  const [heading, lede] = sentencesFor(stage, asked.details.length)
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
            <OpenCode url={own?.started.url} times={view} onOver={() => setLate(true)} />
          ) : (
            <SpentCode stage={stage} at={followed.events.at(-1)?.at ?? view.expiresAt} />
          )}
          <BelowCode kept={t.requestKept}>
            <NewCode isOpen={isCodeOpen(stage)} whenRefused={t.ask.refused} make={askAgain} below="/verify" />
          </BelowCode>
        </>
      }
    >
      <Live
        steps={requestSteps(stage, followed.events)}
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
            {
              label: t.request.answer,
              value: view.responseMode === ENCRYPTED ? t.request.encrypted : t.request.inClear,
            },
            { label: t.request.purpose, value: quoted(view.purpose) ?? t.request.noPurpose },
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

function sentencesFor(stage: RequestStage, details: number): readonly [heading: string, lede: string] {
  const t = portal.value.request
  if (stage === 'expired') return [t.titleExpired, t.ledeExpired]
  if (stage === 'declined') return [t.titleDeclined, t.ledeDeclined]
  return [t.title, t.lede(details)]
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
