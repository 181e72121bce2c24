/**
 * A wallet that a browser calls in `org-iso-mdoc` (ISO/IEC TS 18013-7 annex C): it reads what a reader asks and who it is, and puts all
 * documents into one encrypted response.
 */
import { decodeBase64url, encodeBase64, encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { dcapiTranscript } from '@countersign/credential/mdoc/device-signed/session-transcript'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import {
  type CborMap,
  type CborValue,
  embeddedBytes,
  isBytes,
  isCborArray,
  isCborMap,
  mapOf,
  tagged,
} from '@countersign/crypto/cbor/value'
import { readCoseKey } from '@countersign/crypto/cose/key'
import { readX5chain } from '@countersign/crypto/cose/message'
import { readCoseSign1, verifyCoseSign1 } from '@countersign/crypto/cose/sign1'
import { coreHpke } from '@countersign/keys/engines/hpke'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { AnswerParameters } from '@countersign/protocol/openid4vp/response/authorization-response'
import { parseX5cEntry } from '@countersign/x509/certificate'
import type { CalledWallet } from './called-wallet.ts'

export async function callMdocWallet(data: JsonObject, origin: string): Promise<CalledWallet> {
  const encryptionInfo = String(data['encryptionInfo'] as string)
  const transcript = await dcapiTranscript({ encryptionInfo, origin }, nodeCrypto)
  const { recipientPublicKey } = parametersOf(encryptionInfo)
  const key = readCoseKey(recipientPublicKey)
  if (!key.ok || key.value.kty !== 'EC' || key.value.crv !== 'P-256') throw new Error('no key to encrypt for')
  const { crv, kty, x, y } = key.value
  const request = read(String(data['deviceRequest'] as string))
  const asked = await Promise.all(
    listOf(request, 'docRequests').map((one) => readDocRequest(one, transcript)),
  )
  return {
    protocol: 'org-iso-mdoc',
    payload: { docRequests: asked.map(({ itemsRequest }) => itemsRequest) },
    clientIds: asked.flatMap(({ reader }) => (reader === undefined ? [] : [reader])),
    queryIds: asked.map(({ itemsRequest }) => String(itemsRequest['docType'] as string)),
    binding: { audience: `origin:${origin}`, nonce: '', encryptionInfo },
    answer: async (answer) => {
      if (answer.error !== undefined) return { error: answer.error }
      const plaintext = encodeCbor(together(answer))
      const message = await coreHpke.seal(plaintext, { kty, crv, x, y }, encodeCbor(transcript))
      return { response: encryptedResponse(message) }
    },
  }
}

export function encryptedResponse({ cipherText, enc }: { cipherText: Uint8Array; enc: Uint8Array }): string {
  return encodeBase64url(encodeCbor(['dcapi', mapOf({ enc, cipherText })]))
}

function parametersOf(encryptionInfo: string) {
  const info = read(encryptionInfo)
  const [name, parameters] = isCborArray(info) ? info.items : []
  if (name !== 'dcapi' || !isCborMap(parameters)) throw new Error('no encryption info')
  const nonce = parameters.entries.get('nonce')
  if (!isBytes(nonce) || nonce.length < 16) throw new Error('no nonce')
  return { nonce, recipientPublicKey: parameters.entries.get('recipientPublicKey') }
}

/** Of single responses with a document each. */
function together({ vp_token: vpToken = {} }: AnswerParameters) {
  const responses = Object.values(vpToken)
    .flat()
    .map((one) => read(one))
  const documents = responses.flatMap((one) => listOf(one, 'documents'))
  return mapOf({ version: '1.0', documents, status: 0 })
}

async function readDocRequest(value: CborValue, transcript: Parameters<typeof encodeCbor>[0]) {
  if (!isCborMap(value)) throw new Error('no request for a document')
  const itemsRequest = value.entries.get('itemsRequest')
  const bytes = embeddedBytes(itemsRequest)
  const items = bytes && decodeCbor(bytes)
  if (!items?.ok || !isCborMap(items.value)) throw new Error('no items')
  const reader = await readerOf(value, ['ReaderAuthentication', transcript, itemsRequest])
  return { itemsRequest: plain(items.value), reader }
}

/** The subject of the certificate that signed; undefined where nobody did. */
async function readerOf({ entries }: CborMap, signed: readonly Parameters<typeof encodeCbor>[0][]) {
  const readerAuth = entries.get('readerAuth')
  if (readerAuth === undefined) return undefined
  const message = readCoseSign1(readerAuth)
  if (!message.ok) throw new Error(message.error.code)
  const chain = readX5chain(message.value)
  const leaf = parseX5cEntry(encodeBase64((chain.ok ? chain.value?.[0] : undefined) ?? new Uint8Array()))
  if (!leaf.ok) throw new Error(leaf.error.code)
  const { publicKey, subject } = leaf.value
  const payload = encodeCbor(tagged(24, encodeCbor(signed)))
  const verified = await verifyCoseSign1(message.value, publicKey, ['ES256'], nodeCrypto, { payload })
  if (!verified.ok) throw new Error(verified.error.code)
  return subject.text
}

function listOf(value: CborValue, name: string): readonly CborValue[] {
  const list = isCborMap(value) ? value.entries.get(name) : undefined
  if (!isCborArray(list)) throw new Error(`no ${name}`)
  return list.items
}

function read(text: string): CborValue {
  const decoded = decodeCbor(decodeBase64url(text) ?? new Uint8Array(), { maxBytes: 4_000_000 })
  if (!decoded.ok) throw new Error(decoded.error.code)
  return decoded.value
}

/** Maps of texts and flags. */
function plain({ entries }: CborMap): JsonObject {
  return Object.fromEntries(
    [...entries].map(([name, value]) => [String(name), isCborMap(value) ? plain(value) : (value as string)]),
  )
}
