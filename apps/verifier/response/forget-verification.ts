/**
 * A relying party wants a verification gone before its time: the session, its result and the presentations that were kept. What is
 * under way meets nothing, and leaves nothing.
 */
import type { Verifier } from '../verifier.ts'

/** False: there is none. Whoever follows it is told that it is gone. */
export async function forgetVerification(
  { sessions }: Pick<Verifier, 'sessions'>,
  id: string,
): Promise<boolean> {
  if ((await sessions.get(id)) === undefined) return false
  await sessions.remove(id)
  return true
}
