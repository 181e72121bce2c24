/** A start that must not happen; the message is a sentence for the operator. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}
