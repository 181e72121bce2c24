/**
 * The portal as the relying party of its own requests (OpenID4VP 1.0 §13.3): it remembers which browser began a verification, and
 * only for that browser exchanges the response code that a wallet sent along. Kept in the session store, sealed, and gone with the
 * verification.
 */
import type { SessionStore } from '@countersign/stores/ports'

/** What is kept of a verification that was begun here. */
export interface BegunVerification {
  /** SHA-256 of the browser's cookie. */
  readonly browser: string
}

export interface Verifications {
  readonly begun: SessionStore<BegunVerification>
  readonly newBrowserId: () => string
  /** SHA-256, base64url. */
  readonly hash: (text: string) => string
  /** Epoch seconds. */
  readonly now: () => number
}

/** An answer that comes at the last moment is brought back a little later. */
const GRACE_SECONDS = 300

export async function rememberBrowser(
  { begun, hash, now }: Verifications,
  verification: { readonly id: string; readonly expiresAt: number },
  browserId: string,
): Promise<void> {
  const seconds = Math.max(1, verification.expiresAt - now()) + GRACE_SECONDS
  await begun.create(verification.id, { browser: hash(browserId) }, seconds)
}

/** False also for a verification that nobody began here. */
export async function isBegunBy(
  { begun, hash }: Verifications,
  id: string,
  browserId: string | undefined,
): Promise<boolean> {
  if (browserId === undefined) return false
  const found = await begun.get(id)
  return found !== undefined && found.value.browser === hash(browserId)
}
