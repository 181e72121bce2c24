/** W3: one card, what is on it, and why it can be relied on. */
import type { OpenedCard } from '@countersign/api/wallet/cards'
import type { CategoriesAnswer } from '@countersign/api/wallet/categories'
import type { CredentialStatus } from '@countersign/api/wallet/credentials'
import { Card } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { Badge, type Tone } from '@countersign/ui/elements/badge'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { again, clock } from '@countersign/ui/elements/icons'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainName, plainText } from '@countersign/ui/elements/plain-name'
import { Facts, Part, Said, Sheet } from '@countersign/ui/elements/sheet'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { BackLink } from '@countersign/ui/page/back-link'
import { Heading } from '@countersign/ui/page/heading'
import { claimText } from '@countersign/ui/text/claim-text'
import { clockTime, day } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { formatTag, language } from '@countersign/ui/text/texts'
import { ui } from '@countersign/ui/text/ui-texts'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { commonName } from '../../shown/party-facts.ts'
import { api } from '../account/session.ts'
import { Ended, Loading } from '../exchange/states.tsx'
import { keepNoMore } from '../offline/kept-cards.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { AwayPage } from './away-page.tsx'
import { CardCategories } from './card-categories.tsx'
import { RemoveCard } from './remove-card.tsx'
import { type Standing, standingOf } from './standing.ts'

type Loaded =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly failure: CallFailure }
  | { readonly state: 'here'; readonly card: OpenedCard; readonly categories: CategoriesAnswer }

export interface CardPageProps {
  readonly walletId: string
  readonly id: string
}

export function CardPage({ walletId, id }: CardPageProps) {
  const t = wallet.value.card
  const [loaded, setLoaded] = useState<Loaded>({ state: 'asking' })
  const [isRemoved, setRemoved] = useState(false)
  // Titles are in the language of the page.
  const tag = formatTag()
  const shown = `${walletId} ${id} ${tag}`
  const wanted = useRef(shown)
  wanted.current = shown
  const load = useCallback(() => {
    void Promise.all([
      api.get<OpenedCard>(`/wallet/${walletId}/cards/${encodeURIComponent(id)}`),
      api.get<CategoriesAnswer>(`/wallet/${walletId}/categories`),
    ]).then(([card, categories]) => {
      // Another card, or another language, is shown meanwhile.
      if (wanted.current !== shown) return
      setLoaded(
        card.ok
          ? { state: 'here', card: card.value, categories: categories.ok ? categories.value : [] }
          : { state: 'failed', failure: card.error },
      )
    })
  }, [walletId, id, tag, shown])
  // Before it is painted: what was asked ahead is there already.
  useLayoutEffect(() => {
    if (!isRemoved) load()
  }, [isRemoved, load])
  if (isRemoved) return <Ended title={t.removed} why={t.removedWhy} />
  if (loaded.state === 'asking') return <Loading />
  if (loaded.state === 'failed')
    return loaded.failure.status === 404 ? (
      <Ended title={t.gone} why={t.goneWhy} />
    ) : (
      <AwayPage failure={loaded.failure} walletId={walletId} retry={load} />
    )
  return (
    <ShownCard
      walletId={walletId}
      card={loaded.card}
      categories={loaded.categories}
      onRemoved={() => {
        setRemoved(true)
        void keepNoMore(walletId, id)
      }}
    />
  )
}

interface ShownCardProps {
  readonly walletId: string
  readonly card: OpenedCard
  readonly categories: CategoriesAnswer
  readonly onRemoved: () => void
}

function ShownCard({ walletId, card, categories, onRemoved }: ShownCardProps) {
  const t = wallet.value.card
  const { addedOn, claims, issuerName, title, unshown = [] } = card
  const { ask, status } = useStatus(walletId, card.id)
  const now = Date.now() / 1000
  const standing = status && standingOf(status.lists, card.expiresAt, now)
  return (
    <div class="stack" data-gap="m">
      <BackLink href="/">{wallet.value.home.title}</BackLink>
      <div class="two" data-side="start">
        <div class="stack">
          <Face card={card} standing={standing} />
          <StandingLine standing={standing} asked={status?.asked} onAsk={ask} />
        </div>
        <div class="stack" data-gap="l">
          <div class="stack" data-gap="s">
            <Heading title={plainName(title)} product={wallet.value.product} />
            <p class="lede foreign">
              {issuerName === undefined
                ? filled(t.added, { day: day(addedOn) ?? '' })
                : filled(t.addedFrom, { name: plainName(issuerName), day: day(addedOn) ?? '' })}
            </p>
          </div>
          <Sheet parts>
            <Part label={t.onIt}>
              <Facts
                facts={claims.map(({ label, value }) => ({
                  label: plainName(label),
                  value: claimText(value),
                }))}
                none={ui.value.notGiven}
              />
              {unshown.length > 0 && <Said>{t.unshown(unshown.length)}</Said>}
            </Part>
            <Why card={card} />
            <CardCategories
              walletId={walletId}
              cardId={card.id}
              initial={card.categories}
              known={categories}
            />
          </Sheet>
          <div class="actions" data-fill>
            <LinkButton icon={clock} href={`/history?card=${encodeURIComponent(card.id)}`}>
              {t.history}
            </LinkButton>
          </div>
          <TechnicalDetails summary={ui.value.technicalDetails} text={technicalText(card, status?.lists)} />
          <RemoveCard walletId={walletId} card={card} onRemoved={onRemoved} />
        </div>
      </div>
    </div>
  )
}

interface FaceProps {
  readonly card: OpenedCard
  readonly standing: Standing | undefined
}

function Face({ card, standing }: FaceProps) {
  const t = wallet.value.home
  const { expiresAt, holder, issuerName, look, title, type } = card
  const on = expiresAt === undefined ? undefined : day(new Date(expiresAt * 1000).toISOString())
  return (
    <div lang={language() === 'pseudo' ? undefined : formatTag()}>
      <Card
        title={title}
        issuer={issuerName}
        holder={holder}
        validity={
          on === undefined ? undefined : filled(standing === 'ended' ? t.endedOn : t.until, { day: on })
        }
        look={lookOf(type, title)}
        own={look}
        ended={standing === 'ended' || standing === 'revoked'}
        issuedBy={t.issuedBy}
      />
    </div>
  )
}

interface Asked {
  readonly lists: readonly CredentialStatus[]
  /** As `toISOString` writes it. */
  readonly asked: string
}

/** Asked when the card is there: its issuer may need a while to say so. Who cannot be asked says nothing. */
function useStatus(walletId: string, id: string) {
  const [status, setStatus] = useState<Asked>()
  const ask = useCallback(() => {
    setStatus(undefined)
    void api
      .get<readonly CredentialStatus[]>(`/wallet/${walletId}/credentials/${encodeURIComponent(id)}/status`)
      .then((answer) =>
        setStatus({
          lists: answer.ok ? answer.value : [{ type: '', result: null, message: '', status: 'undetermined' }],
          asked: new Date().toISOString(),
        }),
      )
  }, [walletId, id])
  useEffect(ask, [ask])
  return { status, ask }
}

const TONES: Readonly<Record<Standing, Tone>> = {
  valid: 'ok',
  unlisted: 'ok',
  ended: 'bad',
  revoked: 'bad',
  suspended: 'warn',
  unknown: 'open',
}

interface StandingLineProps {
  readonly standing: Standing | undefined
  readonly asked: string | undefined
  readonly onAsk: () => void
}

function StandingLine({ standing, asked, onAsk }: StandingLineProps) {
  const t = wallet.value.card
  return (
    <div class="row">
      <StandingSaid standing={standing} asked={asked} />
      {standing === 'unknown' && (
        <Button kind="quiet" icon={again} onPress={onAsk}>
          {t.askAgain}
        </Button>
      )}
    </div>
  )
}

function StandingSaid({ standing, asked }: Omit<StandingLineProps, 'onAsk'>) {
  const t = wallet.value.card
  return (
    <div class="row" role="status">
      {standing === undefined ? (
        <span class="muted">{t.asking}</span>
      ) : (
        <>
          <Badge tone={TONES[standing]}>{t.standing[standing]}</Badge>
          {standing !== 'unlisted' && standing !== 'ended' && (
            <span class="muted">{filled(t.askedAt, { time: clockTime(asked) ?? '' })}</span>
          )}
        </>
      )}
    </div>
  )
}

function Why({ card: { bound, copies, trust } }: { readonly card: OpenedCard }) {
  const t = wallet.value.card
  const signer = commonName(trust.name)
  return (
    <Part label={t.why}>
      <div class="stack" data-gap="s">
        {trust.trusted ? (
          <>
            <Said tone="ok">{signer === '' ? t.signed : filled(t.signedBy, { name: signer })}</Said>
            <Said tone="ok">{filled(t.vouched, { anchor: commonName(trust.anchor) })}</Said>
          </>
        ) : (
          <Said tone="warn">{t.notVouched}</Said>
        )}
        <Said tone={bound ? 'ok' : 'warn'}>{bound ? t.bound : t.unbound}</Said>
        {copies && (
          <Said tone={copies.unused > 0 ? 'ok' : 'warn'}>{t.copies(copies.unused, copies.total)}</Said>
        )}
      </div>
    </Part>
  )
}

/** For support: the field's own words. */
function technicalText(
  { format, id, trust, type }: OpenedCard,
  lists: readonly CredentialStatus[] = [],
): string {
  const rows = [
    ['format', format],
    ['type', type],
    ['id', id],
    ['signer', trust.name],
    ['anchor', trust.anchor],
    ['source', trust.source],
    ['reason', trust.reason],
    ...lists.map(({ message, type: purpose }) => [purpose, message]),
  ]
  return rows.flatMap(([name, value]) => (name && value ? [`${name}: ${plainText(value)}`] : [])).join('\n')
}
