/**
 * Who may look again for what is missing of a session: one caller a session and second at this instance, however many
 * readers it has. In bounded memory; a turn that is forgotten costs one look more.
 */

/** True for the first caller of a session within the second. */
export type LookTurns = (sessionId: string, now: number) => boolean

const MOST_KEPT = 10_000

export function lookTurns(most = MOST_KEPT): LookTurns {
  const taken = new Map<string, number>()
  return (sessionId, now) => {
    const last = taken.get(sessionId)
    if (last !== undefined && now >= last && now - last < 1) return false
    taken.delete(sessionId)
    for (const oldest of taken.keys()) {
      if (taken.size < most) break
      taken.delete(oldest)
    }
    taken.set(sessionId, now)
    return true
  }
}
