/** The cryptography that a service cannot do without for the answer of a wallet, by what the answer is. */
import { parseJsonObject } from '@countersign/core/json'
import { mdoc } from '@countersign/credential/mdoc/format'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import type { ContentEncryption } from '@countersign/crypto/jwe-engine'
import { type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { now } from '@countersign/testing/people/keys'
import type { Exchange } from '../load/flows.ts'
import { jwtClaims, textMember } from '../load/json-text.ts'
import { pinned } from './pinned-issuer.ts'
import { verificationWork } from './plan.ts'
import { DECRYPTED_BY, type Work } from './work.ts'

/** In the clear: two checks of which one with a new key, the hashes of what was shown. */
export function plainAnswerWork([, , answer]: readonly Exchange[], issuerKey: PublicJwk): readonly Work[] {
  return verificationWork(presentationOf(answer), issuerKey)
}

/** Another wallet's presentation, encrypted as the recorded one is, for a key that is known here. */
export async function encryptedAnswerWork(
  [, , answer]: readonly Exchange[],
  presentation: string,
  issuerKey: PublicJwk,
): Promise<readonly Work[]> {
  const key = await joseJwe.makeKey()
  const content = encryptionOf(answer)
  const { d: _, ...publicKey } = key
  const plaintext = JSON.stringify({ vp_token: { identity: [presentation] } })
  const jwe = await joseJwe.encrypt(plaintext, { content, key: publicKey, keyId: DECRYPTED_BY })
  return [{ kind: 'decrypt', jwe, key }, ...verificationWork(presentation, issuerKey)]
}

/** What the format asks of the engine for the recorded presentation. */
export async function mdocAnswerWork(
  [, request, answer]: readonly Exchange[],
  issuer: Signer,
): Promise<readonly Work[]> {
  const asked = jwtClaims(request?.reply.body ?? '')
  const heard: Work[] = []
  const { checks } = await mdoc.verify(
    {
      presentation: presentationOf(answer),
      binding: {
        audience: textMember(asked, 'client_id'),
        nonce: textMember(asked, 'nonce'),
        responseUri: textMember(asked, 'response_uri'),
      },
      now: now(),
      skewSeconds: 60,
      bindingWindowSeconds: 3600,
      trust: pinned(issuer),
    },
    hearing(heard, issuer.publicJwk),
  )
  if (checks.some(({ outcome }) => outcome !== 'passed')) throw new Error(JSON.stringify(checks))
  return heard
}

/** Works as the engine of the services does, and notes what it is asked for. */
function hearing(heard: Work[], known: PublicJwk): CryptoEngine {
  return {
    ...nodeCrypto,
    digest(algorithm, data) {
      heard.push({ kind: 'digest', algorithm: algorithm.replace('-', ''), data: base64(data) })
      return nodeCrypto.digest(algorithm, data)
    },
    verify(algorithm, key, data, signature) {
      const keyIsNew = !sameKey(key, known)
      heard.push({ kind: 'verify-bytes', data: base64(data), signature: base64(signature), key, keyIsNew })
      return nodeCrypto.verify(algorithm, key, data, signature)
    },
  }
}

function base64(data: Uint8Array | string): string {
  return Buffer.from(data).toString('base64')
}

function presentationOf(answer: Exchange | undefined): string {
  const token: { identity: string[] } = JSON.parse(formOf(answer).get('vp_token') ?? '{"identity":[]}')
  return token.identity[0] ?? ''
}

function encryptionOf(answer: Exchange | undefined): ContentEncryption {
  const [header = ''] = (formOf(answer).get('response') ?? '').split('.')
  const read = parseJsonObject(Buffer.from(header, 'base64url').toString())
  const enc = read.ok ? read.value['enc'] : undefined
  if (enc === 'A128GCM' || enc === 'A256GCM') return enc
  throw new Error('an answer that is not encrypted')
}

function formOf(answer: Exchange | undefined): URLSearchParams {
  return new URLSearchParams(answer?.request.body ?? '')
}
