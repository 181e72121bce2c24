/**
 * An offer that waits for a wallet: the code, the link, the time that is left, and what happens, as it happens and on whichever
 * instance. A code that was used or has expired leaves the page at once.
 */
import type { CreatedOffer } from '@countersign/api/issuer/offers'
import type { IssuanceSessionView } from '@countersign/api/issuer/sessions'
import { QrCode, QrGone } from '@countersign/ui/code/qr-code'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { Icon, Strokes } from '@countersign/ui/elements/icon'
import { again, cards, clock, cross, plus } from '@countersign/ui/elements/icons'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { CopyLine } from '@countersign/ui/page/copy-line'
import { Countdown } from '@countersign/ui/page/countdown'
import { Heading } from '@countersign/ui/page/heading'
import { LiveLine, type Step, Steps } from '@countersign/ui/page/steps'
import { clockTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { BackLink } from '../parts/back-link.tsx'
import { Instance } from '../parts/instance.tsx'
import { keep, kept } from '../parts/kept.ts'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { Refused } from '../parts/refused.tsx'
import { isoOf } from '../parts/times.ts'
import { type FollowedSession, useSessionStream } from '../parts/use-session-stream.ts'
import { webWalletAddress } from '../parts/web-wallet.ts'
import { api } from '../session.ts'
import { portal } from '../text/portal-texts.ts'
import { type KeptOffer, offerKey } from './kept-offer.ts'
import { isCodeOpen, type OfferStage, type OfferStep, offerSteps, stageOf } from './offer-steps.ts'

export function OfferPage() {
  const { params } = useRoute()
  const id = params['id'] ?? ''
  const followed = useSessionStream<IssuanceSessionView>('issuer', id)
  const { view, refused, connected } = followed
  if (refused !== undefined && view === undefined)
    return (
      <NotLoaded failure={{ kind: 'refused', status: refused, message: 'the issuance cannot be followed' }} />
    )
  if (view === undefined && !connected)
    return <NotLoaded failure={{ kind: 'unreachable', status: 0, message: 'no answer' }} />
  if (view === undefined) return <Loading />
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
  const [heading, lede] = sentencesFor(stage)
  return (
    <>
      <BackLink href={own === undefined ? '/issue' : `/issue/${encodeURIComponent(own.type)}`}>
        {own === undefined ? t.backToTypes : t.backToForm}
      </BackLink>
      <div class="stack" data-gap="l">
        <div class="stack" data-gap="s">
          <Heading title={filled(heading, { type: title })} product={t.product} />
          <p class="lede">{lede}</p>
        </div>
        <div class="two" data-side="start">
          <div class="stack">
            {isCodeOpen(stage) ? (
              <OpenCode view={view} own={own} onOver={() => setLate(true)} />
            ) : (
              <SpentCode stage={stage} at={endOf(view, followed)} />
            )}
            <Another stage={stage} own={own} />
          </div>
          <div class="stack">
            <Live stage={stage} followed={followed} />
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
          </div>
        </div>
      </div>
    </>
  )
}

function sentencesFor(stage: OfferStage): readonly [heading: string, lede: string] {
  const t = portal.value.offer
  if (stage === 'accepted') return [t.titleDone, t.ledeDone]
  if (stage === 'code_used') return [t.titleUsed, t.waitIssue]
  if (stage === 'issued') return [t.titleIssued, t.ledeIssued]
  if (stage === 'expired') return [t.titleExpired, t.ledeExpired]
  if (stage === 'closed') return [t.titleFailed, t.ledeClosed]
  if (stage === 'failed') return [t.titleFailed, t.ledeFailure]
  if (stage === 'deleted') return [t.titleIssued, t.ledeDeleted]
  return [t.title, t.lede]
}

interface OpenCodeProps {
  readonly view: IssuanceSessionView
  readonly own: KeptOffer | undefined
  readonly onOver: () => void
}

function OpenCode({ view, own, onOver }: OpenCodeProps) {
  const t = portal.value
  const wallet = own && webWalletAddress(own.offer.url)
  return (
    <>
      {own === undefined ? (
        <QrGone>
          <p>{t.offer.codeGone}</p>
        </QrGone>
      ) : (
        <QrCode text={own.offer.url} label={t.qrLabel} />
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
        {own !== undefined && <CopyLine text={own.offer.url} />}
      </div>
    </>
  )
}

function SpentCode({ stage, at }: { readonly stage: OfferStage; readonly at: number | undefined }) {
  const t = portal.value
  if (stage === 'expired')
    return (
      <QrGone>
        <Icon d={clock} />
        <b>{t.expired}</b>
        {at !== undefined && <span>{filled(t.expiredAt, { time: clockTime(isoOf(at)) ?? '' })}</span>}
      </QrGone>
    )
  const failed = stage === 'closed' || stage === 'failed'
  return (
    <QrGone>
      <span class="gone-mark" data-tone={failed ? 'bad' : stage === 'code_used' ? 'open' : 'ok'}>
        {failed ? <Icon d={cross} /> : <Strokes />}
      </span>
      <b>{failed ? t.ended : t.used}</b>
      <span>{t.usedOnce}</span>
    </QrGone>
  )
}

/** Another code for the same order, or another order. */
function Another({ stage, own }: { readonly stage: OfferStage; readonly own: KeptOffer | undefined }) {
  const t = portal.value
  const { route } = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  if (own === undefined) return null
  const { order } = own
  async function makeAnother(before: KeptOffer) {
    setBusy(true)
    setFailure(undefined)
    const answer = await api.send<CreatedOffer>('POST', order.path, order.body)
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    keep(offerKey(answer.value.id), { ...before, offer: answer.value } satisfies KeptOffer)
    return route(`/offers/${encodeURIComponent(answer.value.id)}`)
  }
  const isOpen = isCodeOpen(stage)
  const isUsed = stage === 'accepted' || stage === 'issued' || stage === 'code_used'
  return (
    <div class="code-side stack" data-gap="s">
      {failure !== undefined && <Refused heading={t.form.refused} failure={failure} />}
      {isUsed ? (
        <LinkButton kind="primary" icon={plus} href={`/issue/${encodeURIComponent(own.type)}`}>
          {t.offer.another}
        </LinkButton>
      ) : (
        <Button
          kind={isOpen ? 'plain' : 'primary'}
          icon={again}
          busy={busy}
          onPress={() => void makeAnother(own)}
        >
          {t.newCode}
        </Button>
      )}
      <p class="muted">{t.formKept}</p>
    </div>
  )
}

interface LiveProps {
  readonly stage: OfferStage
  readonly followed: FollowedSession<IssuanceSessionView>
}

function Live({ stage, followed }: LiveProps) {
  const t = portal.value
  const isOver = !isCodeOpen(stage) && stage !== 'code_used' && stage !== 'issued'
  return (
    <section class="sheet" aria-labelledby="live">
      <h2 id="live">{isOver ? t.whatHappened : t.whatHappens}</h2>
      <Steps steps={offerSteps(stage, followed.events).map(shownStep)} />
      <div class="live-line">
        <LiveLine>{followed.connected || isOver ? sentenceOf(stage, followed) : t.connectionLost}</LiveLine>
      </div>
    </section>
  )
}

function shownStep({ id, state, event }: OfferStep): Step {
  const t = portal.value
  const titles = {
    offered: t.offer.offered,
    opened: t.offer.opened,
    token_issued: t.offer.codeUsed,
    credential_issued: t.offer.issued,
    accepted: t.offer.accepted,
    closed: t.offer.closed,
    failure: t.offer.failure,
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

function sentenceOf(stage: OfferStage, { events }: FollowedSession<IssuanceSessionView>): string {
  const t = portal.value.offer
  if (stage === 'offered') return t.waitOpen
  if (stage === 'opened') return t.waitCode
  if (stage === 'code_used') return t.waitIssue
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
