/** A key for whoever needs one, and the time as everybody reads it. */
import type { Signer } from '@countersign/crypto/engine'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { TURNED_CLOCK } from '../time/turned-clock.ts'

export function newKey(): Signer {
  return softwareSigner(generateSoftwareKey('ES256'))
}

/** Epoch seconds. */
export function now(): number {
  return TURNED_CLOCK.now()
}
