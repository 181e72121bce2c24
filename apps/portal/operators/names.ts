/** Names of operators: what people type at a log-in, whichever way they type it. */

const NAME = /^[a-z0-9][a-z0-9._@+-]{0,63}$/

/** What a name has to be, for whoever chose another. */
export const NAME_EXPECTED = 'a name has 1 to 64 of a-z 0-9 . _ @ + -, and begins with a letter or a digit'

/** One spelling for each operator; undefined for what is no name. */
export function canonicalName(text: string): string | undefined {
  const name = text.trim().toLowerCase()
  return NAME.test(name) ? name : undefined
}
