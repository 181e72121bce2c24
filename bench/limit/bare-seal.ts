/**
 * AES-256-GCM as cheap as `node:crypto` has it: one key for all values, made once by HMAC, nonces from a pool, the id as what is
 * authenticated with it, bytes as they are (latin1).
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  randomFillSync,
} from 'node:crypto'

export interface BareSeal {
  seal(json: string, id: string): string
  open(sealed: string, id: string): string
}

const NONCE_LENGTH = 12
const TAG_LENGTH = 16
const CIPHER = 'aes-256-gcm'

export function bareSeal(): BareSeal {
  const key = createSecretKey(createHmac('sha256', randomBytes(32)).update('the key of a day').digest())
  const nextNonce = nonces()
  const options = { authTagLength: TAG_LENGTH }
  return {
    seal: (json, id) => {
      const nonce = nextNonce()
      const cipher = createCipheriv(CIPHER, key, nonce, options)
      cipher.setAAD(Buffer.from(id))
      const text = cipher.update(json, 'utf8', 'latin1') + cipher.final('latin1')
      return nonce.toString('latin1') + text + cipher.getAuthTag().toString('latin1')
    },
    open: (sealed, id) => {
      const bytes = Buffer.from(sealed, 'latin1')
      const tagAt = bytes.length - TAG_LENGTH
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_LENGTH), options)
      decipher.setAAD(Buffer.from(id))
      decipher.setAuthTag(bytes.subarray(tagAt))
      return decipher.update(bytes.subarray(NONCE_LENGTH, tagAt), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

function nonces(): () => Buffer {
  const pool = Buffer.alloc(NONCE_LENGTH * 512)
  let at = pool.length
  return () => {
    if (at === pool.length) {
      randomFillSync(pool)
      at = 0
    }
    at += NONCE_LENGTH
    return pool.subarray(at - NONCE_LENGTH, at)
  }
}
