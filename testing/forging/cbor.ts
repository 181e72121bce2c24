/** CBOR that was made well, with one thing changed at any depth, through embedded encodings as well; and mdocs of it. */
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import type { CborInput, CborKey, CborValue } from '@countersign/crypto/cbor/value'
import {
  embeddedBytes,
  isBytes,
  isCborArray,
  isCborMap,
  isCborTag,
  TAG,
  tagged,
} from '@countersign/crypto/cbor/value'
import { HEADER } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { Signer } from '@countersign/crypto/engine'
import { base64url } from './jws.ts'

/** Keys of maps, places in arrays; what is embedded as bytes is opened on the way. */
type Path = readonly (string | number)[]

const LIMITS = { maxBytes: 1_000_000, acceptLongForms: true } as const

/** `change` gets what stands at the end of the path. */
export function rewriteCbor(text: string, path: Path, change: (value: CborValue) => CborInput): string {
  return base64url(encodeCbor(rewritten(read(Buffer.from(text, 'base64url')), path, change)))
}

/** What stands there. */
export function partOf(text: string, path: Path): CborValue {
  let found: CborValue
  rewriteCbor(text, path, (value) => {
    found = value
    return value
  })
  return found
}

export function read(bytes: Uint8Array): CborValue {
  const decoded = decodeCbor(bytes, LIMITS)
  if (!decoded.ok) throw new Error(decoded.error.code)
  return decoded.value
}

export function rewritten(value: CborValue, path: Path, change: (value: CborValue) => CborInput): CborInput {
  const [step, ...rest] = path
  if (step === undefined) return change(value)
  const embedded = embeddedBytes(value)
  if (embedded !== undefined) return tagged(TAG.embedded, encodeCbor(rewritten(read(embedded), path, change)))
  if (isBytes(value)) return encodeCbor(rewritten(read(value), path, change))
  if (isCborTag(value)) return tagged(value.tag, rewritten(value.content, path, change))
  if (isCborMap(value) && value.entries.has(step)) {
    return withEntry(value, step, rewritten(value.entries.get(step), rest, change))
  }
  if (isCborArray(value) && typeof step === 'number' && step < value.items.length) {
    return value.items.map((item, at) => (at === step ? rewritten(item, rest, change) : item))
  }
  throw new Error(`nothing at ${step}`)
}

/** The map with another value under this key, or with a further key. */
export function withEntry(map: CborValue, key: CborKey, value: CborInput): CborInput {
  if (!isCborMap(map)) throw new Error('not a map')
  return new Map<CborKey, CborInput>([...map.entries, [key, value]])
}

export function withoutEntry(map: CborValue, key: CborKey): CborInput {
  if (!isCborMap(map)) throw new Error('not a map')
  return new Map([...map.entries].filter(([known]) => known !== key))
}

/** A credential with something else in what the issuer signed, signed again. */
export async function resignedMdoc(
  credential: string,
  change: (securityObject: CborValue) => CborInput,
  signer: Signer,
): Promise<string> {
  const payload = partOf(credential, ['issuerAuth', 2])
  const inner = isBytes(payload) ? embeddedBytes(read(payload)) : undefined
  if (inner === undefined) throw new Error('no security object')
  const issuerAuth = await signCoseSign1(
    {
      protectedHeader: new Map(),
      unprotectedHeader: new Map([[HEADER.x5chain, Buffer.from(signer.x5c?.[0] ?? '', 'base64')]]),
      payload: encodeCbor(tagged(TAG.embedded, encodeCbor(change(read(inner))))),
    },
    signer,
  )
  return rewriteCbor(credential, ['issuerAuth'], () => issuerAuth)
}
