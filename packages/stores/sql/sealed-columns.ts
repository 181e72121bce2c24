/**
 * Values that are sealed before they reach a database, each for its own place (table, row, column): copied to another row it
 * does not open. What has to be found again is found by a keyed hash. Where the keys come from is not known here, nor which
 * tables there are: a service names its own.
 */

export interface SealedColumns<Table extends string, Purpose extends string> {
  seal(place: SealedPlace<Table>, text: string): string
  /** Throws `SealedValueUnreadable`: the database was sealed under another secret, or somebody changed it. */
  open(place: SealedPlace<Table>, sealed: string): string
  /** Equal for equal texts of one purpose; tells nothing about the text without the key. */
  hash(purpose: Purpose, text: string): Promise<string>
}

type SealedPlace<Table extends string> = readonly [table: Table, row: string, column: string]

export class SealedValueUnreadable extends Error {
  override readonly name = 'SealedValueUnreadable'
}

export interface ColumnKeys {
  readonly sealer: {
    seal(plaintext: string, context: string): string
    open(sealed: string, context: string): string | undefined
  }
  readonly mac: (text: string) => Promise<string> | string
}

export function openSealedColumns<Table extends string, Purpose extends string>({
  sealer,
  mac,
}: ColumnKeys): SealedColumns<Table, Purpose> {
  return {
    seal: (place, text) => sealer.seal(text, place.join(':')),
    open(place, sealed) {
      const text = sealer.open(sealed, place.join(':'))
      if (text === undefined) throw new SealedValueUnreadable(`${place[0]}.${place[2]} does not open`)
      return text
    },
    hash: async (purpose, text) => mac(`${purpose}:${text}`),
  }
}
