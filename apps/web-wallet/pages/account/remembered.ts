/**
 * That somebody was logged in here, and which wallet was open: so that a stranger's first page asks nothing in vain, and what a page
 * shows can be asked for before it is known who is there. No secret, and no proof.
 */
const KEPT_UNDER = 'countersign.wallet'

/** Null: nobody. Empty: somebody, who has opened no wallet yet. */
export function rememberedWallet(): string | null {
  try {
    return localStorage.getItem(KEPT_UNDER)
  } catch {
    // Without storage nobody can know: ask.
    return ''
  }
}

export function rememberWallet(walletId: string | null): void {
  try {
    if (walletId === null) localStorage.removeItem(KEPT_UNDER)
    else localStorage.setItem(KEPT_UNDER, walletId)
  } catch {
    // The next visit asks.
  }
}
