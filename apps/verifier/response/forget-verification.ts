/**
 * A relying party wants a verification gone before its time: the session, its result and the presentations that were kept. What is
 * under way meets nothing, and leaves nothing.
 */
import type { Verifier } from '../verifier.ts'

/** False: there is none. */
export async function forgetVerification(
  { sessions, signals }: Pick<Verifier, 'sessions' | 'signals'>,
  id: string,
): Promise<boolean> {
  if ((await sessions.get(id)) === undefined) return false
  await sessions.remove(id)
  // Whoever follows it is told that it is gone.
  void signals.notify(id).catch(() => undefined)
  return true
}
