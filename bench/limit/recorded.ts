/**
 * The bare cryptography of an operation, by listening: it is run once over an engine and a signer that note what they
 * are asked for, and what they noted is done again with nothing around it. What the operation hashes or checks without
 * need is in it, too: that shows in the figure itself, not in the ratio.
 */
import { createPrivateKey, generateKeyPairSync, hash, randomBytes, sign, verify } from 'node:crypto'
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import { importPublicKey } from '@countersign/keys/engines/imported-keys'
import { nodeCrypto } from '@countersign/keys/engines/node'

type Work = () => void

export interface Recorder {
  readonly crypto: CryptoEngine
  /** Signs as the given one does. */
  signer(signer: Signer): Signer
  /** Everything that was asked for since the beginning. `known`: keys that a service keeps imported. */
  bareWork(known: readonly PublicJwk[]): Work
}

export function recorder(): Recorder {
  const heard: ((known: readonly PublicJwk[]) => Work)[] = []
  const hear = (work: Work) => void heard.push(() => work)
  return {
    crypto: {
      ...nodeCrypto,
      digest(algorithm, data) {
        hear(() => void hash(algorithm.replace('-', ''), data, 'buffer'))
        return nodeCrypto.digest(algorithm, data)
      },
      digestBase64url(algorithm, data) {
        hear(() => void hash(algorithm.replace('-', ''), data, 'base64url'))
        return nodeCrypto.digestBase64url(algorithm, data)
      },
      verify(algorithm, key, data, signature) {
        heard.push((known) => checking(key, data, signature, known))
        return nodeCrypto.verify(algorithm, key, data, signature)
      },
      randomBytes(length) {
        hear(() => void randomBytes(length))
        return nodeCrypto.randomBytes(length)
      },
    },
    signer: (signer) => ({
      ...signer,
      sign(data) {
        hear(signing(data))
        return signer.sign(data)
      },
    }),
    bareWork(known) {
      const works = heard.map((prepare) => prepare(known))
      return () => {
        for (const work of works) work()
      }
    },
  }
}

/** ES256, as everything here is signed. */
function checking(
  jwk: PublicJwk,
  data: Uint8Array | string,
  signature: Uint8Array,
  known: readonly PublicJwk[],
): Work {
  const der = derFromJose(signature, 32)
  const imported = importPublicKey(jwk)
  if (der === undefined || imported === undefined) throw new Error('not an ES256 signature')
  const isNew = !known.some((key) => sameKey(key, jwk))
  const bytes = Buffer.from(data)
  return () => {
    const key = isNew ? importPublicKey(jwk) : imported
    if (key === undefined || !verify('sha256', bytes, key, der)) throw new Error('a signature is wrong')
  }
}

function signing(data: Uint8Array | string): Work {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const bytes = Buffer.from(data)
  return () => void sign('sha256', bytes, key)
}
