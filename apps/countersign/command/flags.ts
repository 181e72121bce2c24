/**
 * Flags of a command as one table, which is read twice: to understand a command line, and to say in its help what there
 * is. Rows of help for what is no flag of ours (a key of a service's configuration) have the same columns.
 */

/** `count` is a whole number from 1 to 9, `days` one up to 99999; `switch` takes no value. */
export type FlagKind = 'text' | 'url' | 'count' | 'days' | 'switch'

export interface Flag {
  readonly kind: FlagKind
  /** What stands for the value in the help: `DIR`. */
  readonly value?: string
  readonly says: string
}

export type FlagTable = Readonly<Record<string, Flag>>

export type HelpRow = readonly [flag: string, says: string]

export function helpRows(flags: FlagTable): readonly HelpRow[] {
  return Object.entries(flags).map(([name, { kind, value, says }]) => [
    kind === 'switch' ? `--${name}` : `--${name} ${value ?? kind.toUpperCase()}`,
    says,
  ])
}

const WIDTH = 28

/** The help of a command: what to type, its flags, and what else is worth saying. */
export function usage(synopsis: string, rows: readonly HelpRow[], remark?: string): string {
  const lines = rows.map(([flag, says]) => `  ${flag.padEnd(WIDTH)} ${says}`.trimEnd())
  return [synopsis, '', ...lines, ...(remark === undefined ? [] : ['', remark])].join('\n')
}
