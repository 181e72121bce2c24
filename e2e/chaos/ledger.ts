/** What became of the flows: what must be there once is written down here, and looked for a second time. */
import { decodeJws } from '@countersign/crypto/jose/jws'

export interface Ledger {
  /** Found wrong, in words; empty is what is wanted. */
  readonly lost: string[]
  readonly doubled: string[]
  readonly finished: Map<string, number>
  /** A place in a status list belongs to one credential. */
  takePlace(credential: string, ofFlow: string): void
  finish(kind: string): void
}

export function openLedger(): Ledger {
  const places = new Map<string, string>()
  const doubled: string[] = []
  const finished = new Map<string, number>()
  return {
    lost: [],
    doubled,
    finished,
    takePlace(credential, ofFlow) {
      const place = placeOf(credential)
      const other = places.get(place)
      if (other !== undefined) doubled.push(`${ofFlow}: ${place} belongs to ${other}`)
      places.set(place, ofFlow)
    },
    finish: (kind) => void finished.set(kind, (finished.get(kind) ?? 0) + 1),
  }
}

/** Where its status stands, as `uri#index`. */
export function placeOf(credential: string): string {
  const { uri, idx } = statusOf(credential)
  return `${uri}#${idx}`
}

export function statusOf(credential: string): { readonly uri: string; readonly idx: number } {
  const decoded = decodeJws(credential.split('~')[0] ?? '', { maxLength: 65_536 })
  if (!decoded.ok) throw new Error(decoded.error.code)
  const { status_list: list } = decoded.value.payload['status'] as {
    status_list: { uri: string; idx: number }
  }
  return list
}
