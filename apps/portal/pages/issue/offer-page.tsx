/**
 * An offer that waits for a wallet: the code, the link, the time that is left, and what happens, as it happens and on whichever
 * instance. A code that was used or has expired leaves the page at once.
 */
import type { CreatedOffer } from '@countersign/api/issuer/offers'
import type { IssuanceSessionView } from '@countersign/api/issuer/sessions'
import { LinkButton } from '@countersign/ui/elements/button'
import { clock, plus } from '@countersign/ui/elements/icons'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import { CopyButton } from '../parts/copy-button.tsx'
import { curlCommand } from '../parts/curl-command.ts'
import { keep, kept } from '../parts/kept.ts'
import { terminal } from '../parts/portal-icons.ts'
import { type FollowedSession, useSessionStream } from '../parts/use-session-stream.ts'
import { api } from '../session.ts'
import { portal } from '../text/portal-texts.ts'
import { BelowCode, NewCode, OpenCode, UnusedCode, UsedCode } from '../waiting/code.tsx'
import { CodePage, NotHeard } from '../waiting/code-page.tsx'
import { Live } from '../waiting/live.tsx'
import { Agreement } from './agreement.tsx'
import { issuerCall } from './issue-order.ts'
import { IssuedCredentials } from './issued-credentials.tsx'
import { type KeptOffer, offerKey } from './kept-offer.ts'
import { isCodeOpen, type OfferStage, offerSteps, stageOf } from './offer-steps.ts'

export function OfferPage() {
  const { params } = useRoute()
  const id = params['id'] ?? ''
  const followed = useSessionStream<IssuanceSessionView>('issuer', id)
  const { view } = followed
  if (view === undefined) return <NotHeard followed={followed} />
  return <Offer key={id} view={view} followed={followed} own={kept<KeptOffer>(offerKey(id))} />
}

interface OfferProps {
  readonly view: IssuanceSessionView
  readonly followed: FollowedSession<IssuanceSessionView>
  /** Absent: another window made it. */
  readonly own: KeptOffer | undefined
}

function Offer({ view, followed, own }: OfferProps) {
  const t = portal.value
  const [isLate, setLate] = useState(false)
  const said = stageOf(view, followed.events)
  // The time is over here a moment before the issuer says so.
  const stage = isLate && isCodeOpen(said) ? 'expired' : said
  const title = own?.title ?? view.configurationIds.join(', ')
  const [heading, lede] = sentencesFor(stage, view)
  return (
    <CodePage
      back={
        own === undefined
          ? { href: '/issue', text: t.backToTypes }
          : { href: formOf(own), text: t.backToForm }
      }
      title={filled(heading, { type: title })}
      lede={lede}
      code={
        <>
          {isCodeOpen(stage) ? (
            <OpenCode url={own?.offer.url} times={view} onOver={() => setLate(true)} />
          ) : (
            <SpentCode stage={stage} at={endOf(view, followed)} />
          )}
          {own !== undefined && <Next stage={stage} own={own} />}
        </>
      }
    >
      {stage !== 'refused' && <Agreement view={view} events={followed.events} />}
      <Live
        steps={offerSteps(stage, followed.events, view)}
        titles={stepTitles(view)}
        sentence={sentenceOf(stage, followed)}
        isOver={!isCodeOpen(stage) && !GOES_ON.includes(stage)}
        connected={followed.connected}
      />
      {view.credentials.length > 0 && (
        <IssuedCredentials sessionId={view.id} count={view.credentials.length} title={title} />
      )}
      {own?.offer.txCodeValue !== undefined && isCodeOpen(stage) && (
        <section class="sheet" aria-labelledby="tx">
          <h2 id="tx">{t.offer.txCode}</h2>
          <p class="big-code" dir="ltr">
            {spaced(own.offer.txCodeValue)}
          </p>
          <p class="muted">{t.offer.txCodeWhy}</p>
          {view.wrongTxCodes > 0 && <p>{t.offer.wrongCodes(view.wrongTxCodes)}</p>}
        </section>
      )}
    </CodePage>
  )
}

/** Nobody needs the code any more, and something is waited for. */
const GOES_ON: readonly OfferStage[] = ['code_used', 'waiting', 'issued']

/** Not by wrong transaction codes, but since somebody came with what was used. */
function isRevoked({ reason }: IssuanceSessionView): boolean {
  return reason === 'code_replayed' || reason === 'token_revoked'
}

function sentencesFor(
  stage: OfferStage,
  view: IssuanceSessionView,
): readonly [heading: string, lede: string] {
  const t = portal.value.offer
  if (stage === 'accepted') return [t.titleDone, t.ledeDone]
  if (stage === 'code_used') return [t.titleUsed, t.waitIssue]
  if (stage === 'waiting') return [t.titleUsed, t.waitAgreed]
  if (stage === 'refused') return [t.titleFailed, t.ledeRefused]
  if (stage === 'issued') return [t.titleIssued, t.ledeIssued]
  if (stage === 'expired') return [t.titleExpired, t.ledeExpired]
  if (stage === 'closed') return [t.titleFailed, isRevoked(view) ? t.ledeRevoked : t.ledeClosed]
  if (stage === 'failed') return [t.titleFailed, t.ledeFailure]
  if (stage === 'deleted') return [t.titleIssued, t.ledeDeleted]
  return [t.title, t.lede]
}

function SpentCode({ stage, at }: { readonly stage: OfferStage; readonly at: number | undefined }) {
  const t = portal.value
  if (stage === 'expired') return <UnusedCode shape={clock} title={t.expired} at={at} />
  if (stage === 'closed' || stage === 'failed' || stage === 'refused')
    return <UsedCode tone="bad" title={t.ended} />
  return <UsedCode tone={stage === 'code_used' || stage === 'waiting' ? 'open' : 'ok'} title={t.used} />
}

/** Another code for the same order, or another order. */
function Next({ stage, own }: { readonly stage: OfferStage; readonly own: KeptOffer }) {
  const t = portal.value
  const { order } = own
  async function makeAnother() {
    const answer = await api.send<CreatedOffer>('POST', order.path, order.body)
    if (answer.ok) keep(offerKey(answer.value.id), { ...own, offer: answer.value } satisfies KeptOffer)
    return answer
  }
  const isUsed = stage === 'accepted' || GOES_ON.includes(stage)
  return (
    <BelowCode kept={t.formKept}>
      {isUsed ? (
        <LinkButton kind="primary" icon={plus} href={formOf(own)}>
          {t.offer.another}
        </LinkButton>
      ) : (
        <NewCode isOpen={isCodeOpen(stage)} whenRefused={t.form.refused} make={makeAnother} below="/offers" />
      )}
      <CopyButton icon={terminal} text={curlCommand({ service: 'issuer', ...issuerCall(order) })}>
        {t.copyCurl}
      </CopyButton>
    </BelowCode>
  )
}

function formOf({ type }: KeptOffer): string {
  return `/issue/${encodeURIComponent(type)}`
}

function stepTitles(view: IssuanceSessionView) {
  const t = portal.value
  return {
    offered: t.offer.offered,
    opened: t.offer.opened,
    authorized: t.offer.authorized,
    token_issued: t.offer.codeUsed,
    deferral_approved: t.offer.agreed,
    deferral_refused: t.offer.refused,
    credential_issued: t.offer.issued,
    accepted: t.offer.accepted,
    closed: isRevoked(view) ? t.offer.revoked : t.offer.closed,
    failure: t.offer.failure,
    expired: t.expired,
  }
}

function sentenceOf(stage: OfferStage, { events }: FollowedSession<IssuanceSessionView>): string {
  const t = portal.value.offer
  if (stage === 'offered') return t.waitOpen
  if (stage === 'opened') return t.waitCode
  if (stage === 'authorized') return t.waitBack
  if (stage === 'code_used') return t.waitIssue
  if (stage === 'waiting') return t.waitAgreed
  if (stage === 'issued') return t.waitAccept
  const [first, last] = [events[0], events.at(-1)]
  if (stage === 'accepted' && first !== undefined && last !== undefined)
    return t.done(Math.max(1, last.at - first.at))
  return t.over
}

function endOf(
  view: IssuanceSessionView,
  { events }: FollowedSession<IssuanceSessionView>,
): number | undefined {
  return view.state === 'expired' || view.state === 'offered' ? view.expiresAt : events.at(-1)?.at
}

/** `482 193`: in groups that people can say. */
function spaced(code: string): string {
  return code.replace(/(.{3})(?=.)/g, '$1 ')
}
