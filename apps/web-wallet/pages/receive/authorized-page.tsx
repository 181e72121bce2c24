/**
 * Where somebody comes back to who said yes to a card at its issuer's page. He asked for it here before he was sent away, so it is
 * fetched without another button; what nobody here was sent away for is refused by the wallet, and changes nothing.
 */
import { Outcome } from '@countersign/ui/elements/badge'
import { Button, LinkButton } from '@countersign/ui/elements/button'
import { TechnicalDetails } from '@countersign/ui/elements/notice'
import { plainText } from '@countersign/ui/elements/plain-name'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { supportText } from '@countersign/ui/page/problem'
import { Sentence } from '@countersign/ui/text/sentence'
import { ui } from '@countersign/ui/text/ui-texts'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { api, openWallet, visitor } from '../account/session.ts'
import { Ended } from '../exchange/states.tsx'
import { WithNetwork } from '../offline/with-network.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { bringBack, exchangeNamed } from './brought-back.ts'

export function AuthorizedPage({ walletId }: { readonly walletId: string }) {
  const t = wallet.value.authorized
  const [query] = useState(() => location.search.slice(1))
  const exchangeId = exchangeNamed(query)
  return exchangeId === undefined ? (
    <Ended title={t.nothing} why={t.nothingWhy} />
  ) : (
    <GoOn exchangeId={exchangeId} query={query} walletId={walletId} />
  )
}

interface GoOnProps {
  readonly exchangeId: string
  readonly query: string
  readonly walletId: string
}

function GoOn({ exchangeId, query, walletId }: GoOnProps) {
  const t = wallet.value.authorized
  const { route } = useLocation()
  const [failure, setFailure] = useState<CallFailure>()
  const page = `/offers/${encodeURIComponent(exchangeId)}`

  const goOn = useCallback(async () => {
    setFailure(undefined)
    const walletIds = [walletId, ...otherWallets(walletId)]
    const brought = await bringBack((path, body) => api.send('POST', path, body), {
      exchangeId,
      query,
      walletIds,
    })
    if (!brought.ok) return setFailure(brought.error)
    if (brought.value.walletId !== walletId) openWallet(brought.value.walletId)
    // The code stands in no history.
    route(page, true)
  }, [exchangeId, page, query, route, walletId])
  // Once: what is asked again is asked by its button.
  useEffect(() => void goOn(), [])

  if (failure === undefined)
    return (
      <div class="column" data-loading>
        <Heading title={t.fetching} product={wallet.value.product} />
      </div>
    )
  const isAway =
    failure.kind !== 'refused' || failure.code === 'token_pending' || failure.code === 'exchange_busy'
  return (
    <div class="column stack" data-gap="l">
      <Outcome tone="bad" heading={<Heading title={t.refused} product={wallet.value.product} />}>
        <Why failure={failure} isAway={isAway} />
      </Outcome>
      <WithNetwork>
        <div class="actions" data-fill>
          {isAway && (
            <Button kind="primary" big onPress={() => void goOn()}>
              {t.again}
            </Button>
          )}
          <LinkButton big href={page}>
            {t.toOffer}
          </LinkButton>
        </div>
      </WithNetwork>
      <TechnicalDetails summary={ui.value.technicalDetails} text={supportText(failure)} />
    </div>
  )
}

function otherWallets(walletId: string): readonly string[] {
  const who = visitor.peek()
  return who.state === 'in' ? who.wallets.map(({ id }) => id).filter((id) => id !== walletId) : []
}

/** Of an answer that was not ours. */
const NOT_OURS = new Set([
  'state_unknown',
  'exchange_unknown',
  'parameter_repeated',
  'issuer_missing',
  'issuer_wrong',
  'code_missing',
])

function Why({ failure, isAway }: { readonly failure: CallFailure; readonly isAway: boolean }) {
  const t = wallet.value.authorized
  if (isAway) return <>{t.away}</>
  if (NOT_OURS.has(failure.code ?? '')) return <>{t.foreign}</>
  if (failure.code !== 'authorization_refused') return <>{t.failed}</>
  return (
    <Sentence
      text={t.theySay}
      places={{ words: <q class="foreign">{plainText(failure.message).slice(0, 400)}</q> }}
    />
  )
}
