/** Until when a card is good, in the words that stand on it. Pure. */
const DAY_SECONDS = 86_400
/** From so many days before it a card says that it ends. */
const SOON_DAYS = 30

export type Validity =
  | { readonly state: 'lasting' | 'ended' }
  | { readonly state: 'ending'; readonly days: number }

/** Both in epoch seconds. */
export function validityAt(expiresAt: number | undefined, nowSeconds: number): Validity {
  if (expiresAt === undefined) return { state: 'lasting' }
  if (expiresAt <= nowSeconds) return { state: 'ended' }
  const days = Math.ceil((expiresAt - nowSeconds) / DAY_SECONDS)
  return days <= SOON_DAYS ? { state: 'ending', days } : { state: 'lasting' }
}
