/**
 * That somebody was logged in, and which wallet was open: a stranger's first page asks nothing in vain, and what is kept for
 * times without a network is this wallet's. No secret, and no proof.
 */
const HINT = 'countersign.wallet'

/** Null: nobody. */
export function remembered(): string | null {
  try {
    return localStorage.getItem(HINT)
  } catch {
    // Without storage nobody can know: ask.
    return ''
  }
}

export function remember(walletId: string | null): void {
  try {
    if (walletId === null) localStorage.removeItem(HINT)
    else localStorage.setItem(HINT, walletId)
  } catch {
    // The next visit asks.
  }
}
