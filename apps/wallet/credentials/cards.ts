/** The cards of a wallet, the newest first: what tells one from another. And one of them, with what is on it. */
import { ok, type Result } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { credentialView, type ViewClaim } from '@countersign/credential/display/credential-view'
import { holderName } from '@countersign/credential/display/holder-name'
import { type CopyCount, copiesOf } from '../copies/copies.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { categoriesByCredential } from './categories.ts'
import {
  type CredentialUnknown,
  findCredential,
  listCredentials,
  type StoredCredential,
} from './credentials.ts'
import { drawingOf } from './drawings.ts'
import { judgeIssuer } from './judged-issuer.ts'
import { keptPictures, logoOf } from './pictures.ts'
import { cardOf, type Locales, lookOf, type ShownCard, type ShownLook, type ShownTrust } from './shown.ts'

export interface WalletCard extends ShownCard {
  readonly id: string
  readonly format: string
  readonly type: string
  readonly holder?: string | undefined
  readonly look: ShownLook
  /** Epoch seconds. */
  readonly addedAt: number
  /** Epoch seconds. */
  readonly expiresAt?: number | undefined
  /** Words of its holder, under which it is found again. */
  readonly categories: readonly string[]
}

export interface OpenedCard extends WalletCard {
  readonly claims: readonly ViewClaim[]
  /** Claims that are in the credential and cannot be shown; absent where there are none. */
  readonly unshown?: readonly ClaimPath[] | undefined
  /** Of its signature, judged now. */
  readonly trust: ShownTrust
  /** Whether a key of this wallet has to sign when it is shown. */
  readonly bound: boolean
  /** Absent where there is one alone. */
  readonly copies?: CopyCount | undefined
}

export interface Onlooker {
  /** Ids of the pictures that the wallet keeps. */
  readonly kept: ReadonlySet<string>
  readonly locales: Locales
  /** By the ids of credentials; absent where none can be in any yet. */
  readonly categories?: ReadonlyMap<string, readonly string[]> | undefined
}

export async function cardsOf(
  wallet: Wallet,
  owned: OwnedWallet,
  locales: Locales,
): Promise<readonly WalletCard[]> {
  const credentials = await listCredentials(wallet, owned)
  const onlooker = await onlookerOf(wallet, owned, locales)
  const cards = credentials
    .toReversed()
    .map(async (credential) => (await faceOf(wallet, owned, credential, onlooker)).card)
  return Promise.all(cards)
}

export async function findCard(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  locales: Locales,
): Promise<Result<OpenedCard, CredentialUnknown>> {
  const found = await findCredential(wallet, owned, id)
  if (!found.ok) return found
  return ok(await openCard(wallet, owned, found.value, await onlookerOf(wallet, owned, locales)))
}

async function onlookerOf(wallet: Wallet, owned: OwnedWallet, locales: Locales): Promise<Onlooker> {
  const kept = await keptPictures(wallet, owned)
  return { kept, locales, categories: await categoriesByCredential(wallet, owned) }
}

export async function openCard(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
  onlooker: Onlooker,
): Promise<OpenedCard> {
  const { card, view } = await faceOf(wallet, owned, credential, onlooker)
  const { kept, locales } = onlooker
  const drawing = await drawingOf(wallet, owned, credential, kept, locales)
  const judged = await judgeIssuer(wallet, owned, credential)
  return {
    ...card,
    look: { ...card.look, drawing },
    claims: view.claims,
    unshown: view.unshown,
    trust: judged.ok
      ? { trusted: true, name: judged.value.issuer, anchor: judged.value.anchor, source: judged.value.source }
      : { trusted: false, reason: judged.error },
    bound: credential.keyId !== undefined || credential.held.holderKey !== undefined,
    copies: await copiesOf(wallet, owned, credential.id),
  }
}

async function faceOf(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
  { categories, kept, locales }: Onlooker,
) {
  const { addedAt, held, id, look } = credential
  const logo = await logoOf(wallet, owned, credential, kept, locales)
  const view = credentialView(held, wallet.formats.spoken(held.format), look, locales)
  const card: WalletCard = {
    id,
    format: held.format,
    type: held.type,
    ...cardOf(credential, locales),
    holder: holderName(view.claims),
    look: { ...lookOf(look, locales), logo },
    addedAt,
    expiresAt: held.expiresAt,
    categories: categories?.get(id) ?? [],
  }
  return { card, view }
}
