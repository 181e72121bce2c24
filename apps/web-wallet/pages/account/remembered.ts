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

const LEAVING_UNDER = 'countersign.leaving'

/** Somebody logged out while nobody answered. The cookie is the service's to take away: it is asked at the next visit. */
export function isLeaving(): boolean {
  try {
    return localStorage.getItem(LEAVING_UNDER) !== null
  } catch {
    return false
  }
}

export function rememberLeaving(isLeft: boolean): void {
  try {
    if (isLeft) localStorage.setItem(LEAVING_UNDER, '')
    else localStorage.removeItem(LEAVING_UNDER)
  } catch {
    // Then the log-in ends by its own time.
  }
}
