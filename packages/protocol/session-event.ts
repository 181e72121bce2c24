/**
 * What happened to a session, kept in the session itself: an event is committed by the same compare-and-set as the
 * state it reports, so none is lost or doubled, whichever instance dies (docs/decisions/003).
 */
export interface SessionEvent<Type extends string = string> {
  /** 1, 2, 3 … within the session; the `id` of the server-sent event. */
  readonly sequence: number
  readonly type: Type
  /** Epoch seconds. */
  readonly at: number
  readonly detail?: string
  /** Name of the instance that committed it. Whoever commits writes it, no step does; a release before wrote none. */
  readonly servedBy?: string
}

export function appendEvent<Type extends string>(
  events: readonly SessionEvent<Type>[],
  type: Type,
  at: number,
  detail?: string,
): readonly SessionEvent<Type>[] {
  const sequence = (events.at(-1)?.sequence ?? 0) + 1
  return [...events, detail === undefined ? { sequence, type, at } : { sequence, type, at, detail }]
}
