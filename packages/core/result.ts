/**
 * Expected refusals are values; only bugs throw. A refusal is a tagged union member that carries the facts,
 * never a sentence: public text is made in one place, the wire mapper of the service.
 */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function refuse<const E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}
