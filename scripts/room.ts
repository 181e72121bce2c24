/** What the row of a room says, and three short ways to write one. */

/** Third-party packages and `node:` modules are for rooms that are not pure. */
export type Outside = 'pure' | 'node' | readonly string[]

export interface Room {
  /** Rooms below. Those of `packages/` are written without it. */
  readonly imports: readonly string[]
  /** `pure`: nothing but other rooms; `node`: `node:` modules; a list: those packages, and `node:` modules. */
  readonly outside: Outside
}

export const pure = (...imports: string[]): Room => ({ imports, outside: 'pure' })
export const onNode = (...imports: string[]): Room => ({ imports, outside: 'node' })
export const using = (outside: readonly string[], ...imports: string[]): Room => ({ imports, outside })
