/**
 * Makes private keys. An elliptic one is made at once; an RSA key keeps a thread busy for up to seconds, so those are made
 * one after the other, and who finds a long queue is told to come again: a few impatient callers must not stop
 * everybody's logins, which need the same threads.
 */
import { ok, refuse } from '@countersign/core/result'
import {
  generateKeyOfType,
  type PrivateJwk,
  type SoftwareKeyType,
} from '@countersign/keys/signers/software-key'
import type { KeyMaker } from '../wallet.ts'

const MAX_QUEUE = 8

export function openKeyMaker(generate = generateKeyOfType): KeyMaker {
  let last: Promise<unknown> = Promise.resolve()
  let queued = 0

  async function inTurn(keyType: SoftwareKeyType): Promise<PrivateJwk> {
    const before = last
    const made = before.then(() => generate(keyType))
    last = made.catch(() => undefined)
    return made
  }

  return {
    async make(keyType) {
      if (!keyType.startsWith('RSA')) return ok(await generate(keyType))
      if (queued >= MAX_QUEUE) return refuse({ code: 'key_maker_busy' })
      queued += 1
      try {
        return ok(await inTurn(keyType))
      } finally {
        queued -= 1
      }
    },
  }
}
