/**
 * What the window keeps for itself while a code is open: the link in it, and what it was made of, so that a reload shows it again and
 * a new code needs no new form. It is gone with the window, and half an hour later.
 */
import { nowMs } from '@countersign/ui/page/clock'

const KEPT_MS = 30 * 60_000
const PREFIX = 'countersign.portal.'

interface Kept {
  readonly at: number
  readonly value: unknown
}

export function keep(name: string, value: unknown): void {
  try {
    forgetOld()
    sessionStorage.setItem(`${PREFIX}${name}`, JSON.stringify({ at: nowMs(), value } satisfies Kept))
  } catch {
    // Without storage a reload shows the state and no code.
  }
}

/** As it was kept under this name; the caller knows what that was. */
export function kept<T>(name: string): T | undefined {
  const found = read(`${PREFIX}${name}`)
  return found === undefined || isOld(found) ? undefined : (found.value as T)
}

function forgetOld(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (!key.startsWith(PREFIX)) continue
    const found = read(key)
    if (found === undefined || isOld(found)) sessionStorage.removeItem(key)
  }
}

function isOld({ at }: Kept): boolean {
  return nowMs() - at > KEPT_MS
}

function read(key: string): Kept | undefined {
  try {
    const text = sessionStorage.getItem(key)
    return text === null ? undefined : (JSON.parse(text) as Kept)
  } catch {
    return undefined
  }
}
