/** What became of the flows: what must be there once is written down here, and looked for a second time. */
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { nodeCrypto } from '@countersign/keys/engines/node'

export interface Ledger {
  /** Found wrong, in words; empty is what is wanted. */
  readonly lost: string[]
  readonly doubled: string[]
  readonly finished: Map<string, number>
  /** A place in a status list belongs to one credential. */
  takePlace({ uri, index }: Place, ofFlow: string): void
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
    takePlace({ index, uri }, ofFlow) {
      const place = `${uri}#${index}`
      const other = places.get(place)
      if (other !== undefined) doubled.push(`${ofFlow}: ${place} belongs to ${other}`)
      places.set(place, ofFlow)
    },
    finish: (kind) => void finished.set(kind, (finished.get(kind) ?? 0) + 1),
  }
}

/** Where the status of a credential stands. */
export interface Place {
  readonly uri: string
  readonly index: number
}

export async function placeOf(format: FormatId, credential: string): Promise<Place> {
  const opened = await ALL_FORMATS.find(({ id }) => id === format)?.open(credential, nodeCrypto)
  if (opened?.ok !== true) throw new Error(`cannot be read as ${format}`)
  for (const status of opened.value.statuses) if ('index' in status) return status
  throw new Error(`no place in a list: ${format}`)
}
