/**
 * Presents a held mdoc (OpenID4VP 1.0 appendix B.2): a DeviceResponse with the elements that were asked for, as the
 * issuer wrote them, and the device's signature over this one session. There is no mdoc without the device's proof.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { type CborInput, mapOf } from '@countersign/crypto/cbor/value'
import type { CryptoEngine, KeyAgreement } from '@countersign/crypto/engine'
import { type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import type { ClaimPath, FormatRefusal, PresentInput } from '../contract/format.ts'
import { macDevice, NO_DEVICE_ELEMENTS, signDevice } from './device-signed/device-auth.ts'
import { writeDeviceResponse } from './device-signed/device-response.ts'
import { type SessionTranscript, sessionTranscriptOf } from './device-signed/session-transcript.ts'
import { MAX_ELEMENTS, MDOC_ALGORITHMS } from './issuer-signed/algorithms-and-limits.ts'
import type { IssuerSigned, IssuerSignedItem } from './issuer-signed/issuer-signed.ts'
import { readCredential } from './read.ts'

export async function presentMdoc(
  input: PresentInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const selected = await select(input.credential, input.disclose, crypto)
  if (!selected.ok) return selected
  const { binding } = input
  if (binding === undefined) return refuse({ code: 'binding_required' })
  // Appendix B.2.1: the types of transaction data define device-signed elements, and none is known here.
  if ((binding.transactionData ?? []).length > 0) return refuse({ code: 'transaction_data_unsupported' })
  const { signer } = binding
  if (!sameKey(selected.value.credential.mso.deviceKey, signer.publicJwk)) {
    return refuse({ code: 'holder_key_wrong' })
  }
  if (!MDOC_ALGORITHMS.includes(signer.algorithm)) return refuse({ code: 'holder_key_unsupported' })
  const transcript = await sessionTranscriptOf(binding, crypto)
  if (!transcript.ok) return transcript
  const deviceSignature = await signDevice(statementOf(selected.value), transcript.value, signer)
  return ok(write(selected.value, mapOf({ deviceSignature })))
}

/**
 * ISO/IEC 18013-5 §9.1.3.5: the proof is a MAC, which only the reader can check whose key it is made with. Over OpenID4VP that is the key
 * that the answer is encrypted for. Wallets of ours sign: every verifier takes that.
 */
export async function presentMdocWithMac(
  input: Pick<PresentInput, 'credential' | 'disclose'> & {
    readonly transcript: SessionTranscript
    /** Agrees on a secret with the reader's key, by the private key of the device. */
    readonly agree: KeyAgreement
    readonly readerKey: PublicJwk
  },
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const selected = await select(input.credential, input.disclose, crypto)
  if (!selected.ok) return selected
  const { agree, readerKey, transcript } = input
  const deviceMac = await macDevice(statementOf(selected.value), transcript, agree, readerKey, crypto)
  return deviceMac.ok ? ok(write(selected.value, mapOf({ deviceMac: deviceMac.value }))) : deviceMac
}

interface Selected {
  readonly credential: IssuerSigned
  readonly items: readonly IssuerSignedItem[]
}

/**
 * A path is exactly a namespace and an element (OpenID4VP §7.2). One that names nothing in the credential is refused
 * instead of ignored, because the verifier would not get what was agreed to.
 */
async function select(
  credential: string,
  paths: readonly ClaimPath[],
  crypto: CryptoEngine,
): Promise<Result<Selected, FormatRefusal>> {
  const read = await readCredential(credential, crypto)
  if (!read.ok) return read
  if (paths.length > MAX_ELEMENTS) return refuse({ code: 'too_many_paths' })
  const wanted = new Set<IssuerSignedItem>()
  for (const path of paths) {
    const [namespace, element, ...rest] = path
    const detail = JSON.stringify(path)
    if (typeof namespace !== 'string' || typeof element !== 'string' || rest.length > 0) {
      return refuse({ code: 'path_malformed', detail })
    }
    const item = read.value.items.find((known) => known.namespace === namespace && known.element === element)
    if (item === undefined) return refuse({ code: 'path_not_found', detail })
    wanted.add(item)
  }
  return ok({ credential: read.value, items: read.value.items.filter((item) => wanted.has(item)) })
}

function statementOf({ credential }: Selected) {
  return { docType: credential.mso.docType, deviceNameSpaces: NO_DEVICE_ELEMENTS }
}

function write({ credential, items }: Selected, deviceAuth: CborInput): string {
  return writeDeviceResponse(credential, items, NO_DEVICE_ELEMENTS, deviceAuth)
}
