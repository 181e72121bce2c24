/**
 * The error that ends a start: configuration, keys or surroundings that a service must not run with. It stands by itself so that
 * whatever puts a service together may throw it without knowing who prints it. Never thrown for a request.
 */

/** A start that must not happen; the message is a sentence for the operator. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
  /** One line each, where there is more than one thing to repair. */
  readonly details: readonly string[]

  constructor(message: string, details: readonly string[] = []) {
    super(message)
    this.details = details
  }
}
