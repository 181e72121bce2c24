/** The clock of the browser, for what a page keeps for a while: milliseconds since the epoch. */
export const nowMs = (): number => Date.now()
