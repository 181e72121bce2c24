/** What a command is, for those that implement one and for the list that names them all. */

/** What a command may know of the world around it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** One line of what was asked for. */
  print(line: string): void
  /** One line about what went wrong. */
  complain(line: string): void
  /** From now on the first signal calls this once and the process ends after it; until then, and a second time, at once. */
  stopWhenTold(stop: () => Promise<void>): void
}

/** An exit code, with which the process ends at once; undefined for a command that goes on until it is signalled. */
export type CommandOutcome = number | undefined

export interface Command {
  readonly name: string
  readonly summary: string
  readonly usage: string
  run(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome>
}
