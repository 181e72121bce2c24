/**
 * Every write carries an id of its own, so that a write repeated after a lost reply can be told from another's.
 * 72 random bits an engine and a counter: unique without asking for randomness at each write.
 */
import { randomBytes } from 'node:crypto'

/** Scripts count on this length. */
export const WRITE_ID_LENGTH = 20

export function writeIds(): () => string {
  const engine = randomBytes(9).toString('base64url')
  let count = 0
  return () => {
    count += 1
    return engine + count.toString(36).padStart(WRITE_ID_LENGTH - engine.length, '0')
  }
}
