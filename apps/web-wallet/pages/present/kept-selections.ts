/**
 * What was chosen in an answer that may have left: when nothing is known of it, the same answer is sent again, and it has to be
 * the same after a reload too. Ids and names of claims, no values; gone with the tab.
 */
import type { RequestPreview, UseExchangedRequest } from '@countersign/api/wallet/request-exchange'

type Selections = UseExchangedRequest['selections']

export function keepSelections(id: string, selections: Selections): void {
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify(selections))
  } catch {
    // Then a reload begins with the least again, and the wallet says when that is another answer.
  }
}

/** Of an unfinished answer alone. */
export function keptSelections({ id, state }: RequestPreview): Selections | undefined {
  if (state !== 'unfinished') return undefined
  try {
    const kept = sessionStorage.getItem(keyOf(id))
    return kept === null ? undefined : (JSON.parse(kept) as Selections)
  } catch {
    return undefined
  }
}

function keyOf(id: string): string {
  return `countersign.selections.${id}`
}
