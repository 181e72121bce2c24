/**
 * The cards as somebody finds them without a network: what tells one from another and until when it is good, sealed, of the
 * wallet that was open last. Nothing that stands on a card is among it, not even a name; it goes with the log-in.
 */
import type { TakenBackAnswer, WalletCard } from '@countersign/api/wallet/cards'
import { rememberedWallet } from '../account/remembered.ts'
import { changeKept, readKept } from './kept-database.ts'

export interface KeptCard
  extends Pick<WalletCard, 'id' | 'type' | 'title' | 'issuerName' | 'addedOn' | 'expiresAt' | 'categories'> {
  /** Colours alone: pictures are the network's. */
  readonly look: Pick<WalletCard['look'], 'backgroundColor' | 'textColor' | 'print'>
  readonly takenBack?: TakenBackAnswer[number]['status']
}

export interface KeptCards {
  /** BCP 47, of the titles. */
  readonly language: string
  /** When they were asked for, as `toISOString` writes it. */
  readonly asked: string
  readonly cards: readonly KeptCard[]
}

/** Raised when what is kept takes another form: what an older page kept is nothing to a newer one. */
const FORM = 1

interface Kept extends KeptCards {
  readonly form: typeof FORM
}

export async function keptCards(walletId: string): Promise<KeptCards | undefined> {
  return known(await readKept(walletId))
}

/** After a list of cards came. What is known to be taken back stays so until it is asked again. */
export function keepCards(
  walletId: string,
  cards: readonly WalletCard[],
  language: string,
  asked: string,
): Promise<void> {
  return changed(walletId, (before) => {
    const earlier = new Map(before?.cards.map(({ id, takenBack }) => [id, takenBack]))
    return { language, asked, cards: cards.map((card) => keptOf(card, earlier.get(card.id))) }
  })
}

/** After it was asked which of them were taken back. */
export function keepTakenBack(walletId: string, answer: TakenBackAnswer): Promise<void> {
  const said = new Map(answer.map(({ id, status }) => [id, status]))
  return changed(
    walletId,
    (before) =>
      before && { ...before, cards: before.cards.map((card) => withTakenBack(card, said.get(card.id))) },
  )
}

/** A card that was removed is kept nowhere. */
export function keepNoMore(walletId: string, cardId: string): Promise<void> {
  return changed(
    walletId,
    (before) => before && { ...before, cards: before.cards.filter(({ id }) => id !== cardId) },
  )
}

function changed(
  walletId: string,
  change: (before: KeptCards | undefined) => KeptCards | undefined,
): Promise<void> {
  const isOpen = () => rememberedWallet() === walletId
  const after = (before: unknown): Kept | undefined => {
    const cards = isOpen() ? change(known(before)) : undefined
    return cards && { ...cards, form: FORM }
  }
  return changeKept(walletId, after, isOpen)
}

/** Ours, since nobody else can seal it; whether it is of this form it says itself. */
function known(kept: unknown): KeptCards | undefined {
  const isKnown = typeof kept === 'object' && kept !== null && 'form' in kept && kept.form === FORM
  return isKnown ? (kept as unknown as Kept) : undefined
}

/** Name by name, so that nothing comes along that a service adds later. Pure. */
export function keptOf(
  { addedOn, categories, expiresAt, id, issuerName, look, title, type }: WalletCard,
  takenBack: KeptCard['takenBack'],
): KeptCard {
  const { backgroundColor, print, textColor } = look
  return withTakenBack(
    {
      id,
      type,
      title,
      issuerName,
      look: { backgroundColor, textColor, print },
      addedOn,
      expiresAt,
      categories,
    },
    takenBack,
  )
}

function withTakenBack(
  { takenBack: _before, ...card }: KeptCard,
  takenBack: KeptCard['takenBack'],
): KeptCard {
  return takenBack === undefined ? card : { ...card, takenBack }
}
