/** A resolved offer as people see it before and after: who, what, and what came of it. */
import type { ClaimPath } from '@countersign/credential/contract/format'
import {
  bestFor,
  claimLabel,
  outermost,
  type ViewImage,
} from '@countersign/credential/display/credential-view'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import type { OfferedConfiguration } from '@countersign/protocol/openid4vci/metadata/read-metadata'
import { type OpenedCard, openCard } from '../credentials/cards.ts'
import type { StoredCredential } from '../credentials/credentials.ts'
import { issuerDisplay } from '../credentials/issuer-display.ts'
import { keptPictures } from '../credentials/pictures.ts'
import { type Locales, lookOf, type ShownLook, type ShownTrust, titleOf } from '../credentials/shown.ts'
import { type ShownDeferred, shownDeferred } from '../deferred/deferred-credentials.ts'
import { hostOf } from '../outgoing-client.ts'
import type { DeferredRecord } from '../receive/deferred-record.ts'
import { hopelessReason, type UnusableReason } from '../receive/issuance-plan.ts'
import type { Progress } from '../receive/issuance-record.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { ExchangeState } from './exchange-record.ts'
import type { OfferExchange } from './resolved-offer.ts'

export interface OfferPreview {
  readonly id: string
  readonly state: 'open' | 'authorizing' | 'unfinished' | 'waiting' | 'used' | 'rejected' | 'over'
  /** Epoch seconds. */
  readonly expiresAt: number
  readonly issuer: {
    readonly url: string
    readonly host: string
    readonly name?: string | undefined
    readonly logo?: ViewImage | undefined
    readonly trust: ShownTrust
  }
  readonly credentials: readonly OfferedCredential[]
  readonly txCode?: ShownTxCode | undefined
  /** Where it is taken up in a browser, and not at an end. */
  readonly authorization?: ShownAuthorization | undefined
  /** What the issuer prepares, or has refused at last. */
  readonly deferred?: readonly ShownDeferred[] | undefined
  readonly result?: { readonly at: number; readonly credentials: readonly ReceivedCredential[] } | undefined
}

interface OfferedCredential {
  readonly configurationId: string
  readonly format: string
  readonly type?: string | undefined
  readonly title: string
  readonly look: ShownLook
  readonly claims: readonly { readonly path: ClaimPath; readonly label: string }[]
  readonly unusable?: UnusableReason | undefined
}

interface ShownAuthorization {
  /** Whose page asks. */
  readonly host: string
  /** Where the browser goes: in the answer to whoever takes the offer up. */
  readonly url?: string | undefined
}

interface ShownTxCode {
  readonly inputMode: 'numeric' | 'text'
  readonly length?: number | undefined
  readonly description?: string | undefined
}

type ReceivedCredential = Omit<OpenedCard, 'addedAt' | 'bound' | 'categories' | 'holder' | 'unshown'>

export interface ToPreview {
  readonly exchange: OfferExchange
  readonly received: readonly StoredCredential[]
  /** Those of it that were, or are, to come later. */
  readonly deferred: readonly DeferredRecord[]
  readonly locales: Locales
  readonly authorization?: Authorizing | undefined
}

interface Authorizing {
  readonly host: string
  /** Absent where nobody began. */
  readonly progress?: Progress | undefined
}

const MAX_CLAIMS = 100

export async function previewOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  { authorization, deferred, exchange, received, locales }: ToPreview,
): Promise<OfferPreview> {
  const { done, expiresAt, id, resolved } = exchange
  const { configurations, issuer, offer, trust } = resolved
  const display = bestFor(issuer.display, locales)
  const isWaiting = deferred.some((one) => one.state === 'waiting')
  const decided = stateOf(exchange, authorization?.progress)
  const state = decided === 'used' && isWaiting ? 'waiting' : decided
  const later = deferred.filter((one) => one.state !== 'came')
  const byId = new Map(configurations.map((configuration) => [configuration.id, configuration]))
  return {
    id,
    state,
    expiresAt,
    issuer: {
      url: offer.issuer,
      host: hostOf(offer.issuer),
      name: display?.name,
      logo: display?.logo,
      trust,
    },
    credentials: offer.configurationIds.map((each) => offered(wallet, each, byId.get(each), locales)),
    txCode: offer.grants[PRE_AUTHORIZED_CODE]?.txCode,
    authorization: authorization && { host: authorization.host },
    deferred: later.length === 0 ? undefined : later.map((one) => shownDeferred(one, locales)),
    result:
      done === undefined || decided !== 'used'
        ? undefined
        : {
            at: done.at,
            credentials: await receivedViews(wallet, owned, received, locales),
          },
  }
}

/** Of one that somebody was sent away with, what he brought back says how far it is. */
function stateOf({ state }: OfferExchange, progress: Progress | undefined): OfferPreview['state'] {
  const { authorization, token } = progress ?? {}
  if (token !== undefined || authorization?.code !== undefined) return 'unfinished'
  return authorization?.attempts.some(({ url }) => url !== undefined) ? 'authorizing' : STATES[state]
}

const STATES: Readonly<Record<ExchangeState, OfferPreview['state']>> = {
  open: 'open',
  begun: 'unfinished',
  done: 'used',
  rejected: 'rejected',
  refused: 'over',
}

function offered(
  wallet: Wallet,
  id: string,
  configuration: OfferedConfiguration | undefined,
  locales: Locales,
): OfferedCredential {
  const look = configuration && issuerDisplay(configuration)
  return {
    configurationId: id,
    format: configuration?.format ?? '',
    type: configuration?.type,
    title: titleOf(look, configuration?.type ?? id, locales),
    look: lookOf(look, locales),
    // What is within a claim comes with it.
    claims: outermost((look?.claims ?? []).map(({ path }) => path))
      .slice(0, MAX_CLAIMS)
      .map((path) => ({ path, label: claimLabel(path, look, locales) })),
    unusable: hopelessReason(configuration, wallet.formats),
  }
}

async function receivedViews(
  wallet: Wallet,
  owned: OwnedWallet,
  received: readonly StoredCredential[],
  locales: Locales,
): Promise<readonly ReceivedCredential[]> {
  const kept = await keptPictures(wallet, owned)
  const opened = received.map((one) => openCard(wallet, owned, one, { kept, locales }))
  return (await Promise.all(opened)).map(
    ({ claims, expiresAt, format, id, issuerName, look, title, trust, type }) => ({
      id,
      format,
      type,
      title,
      issuerName,
      look,
      claims,
      expiresAt,
      trust,
    }),
  )
}
