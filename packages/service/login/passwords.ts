/**
 * Passwords as Argon2id hashes (RFC 9106; OWASP's second recommendation: 19 MiB, two passes, one lane). The work is done
 * outside of the event loop. Whoever asks about an account that does not exist waits as long as everybody else.
 */
import { hash, verify } from '@node-rs/argon2'

export interface Passwords {
  hash(password: string): Promise<string>
  /** `stored` absent: nobody has this password, and finding out takes the same time. */
  matches(stored: string | undefined, password: string): Promise<boolean>
}

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Of a password that nobody knows: 256 random bits, thrown away. */
export async function openPasswords(randomBytes: (length: number) => Uint8Array): Promise<Passwords> {
  const nobodys = await hash(randomBytes(32), COST)
  return {
    hash: (password) => hash(password, COST),
    async matches(stored, password) {
      const right = await verify(stored ?? nobodys, password)
      return stored !== undefined && right
    },
  }
}
