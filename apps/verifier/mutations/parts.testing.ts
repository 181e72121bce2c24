/** Presentations taken apart and put together again: the part of the issuer, that of the holder, and their signatures. */
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { rewriteCbor } from '@countersign/testing/forging/cbor'
import { forgeJws, rewriteProof, sha256, type Vouching } from '@countersign/testing/forging/jws'
import { type Asked, shown } from '../testing/two-instances.testing.ts'

export const ISSUER_AUTH = ['documents', 0, 'issuerSigned', 'issuerAuth'] as const
export const DEVICE_SIGNATURE = ['documents', 0, 'deviceSigned', 'deviceAuth', 'deviceSignature'] as const
/** Of COSE_Sign1. */
export const SIGNATURE = 3

type Bytes = (signature: Buffer) => Uint8Array

/** The last part of a JWS. */
export function withJwsSignature(jws: string, change: Bytes): string {
  const dot = jws.lastIndexOf('.')
  const signature = change(Buffer.from(jws.slice(dot + 1), 'base64url'))
  return `${jws.slice(0, dot + 1)}${Buffer.from(signature).toString('base64url')}`
}

export function withCoseSignature(
  presentation: string,
  path: readonly (string | number)[],
  change: Bytes,
): string {
  return rewriteCbor(presentation, [...path, SIGNATURE], (value) => {
    if (!(value instanceof Uint8Array)) throw new Error('no signature')
    return change(Buffer.from(value))
  })
}

/** The holder's signature, in whichever form. */
export function withHolderSignature({ kind }: Asked, presentation: string, change: Bytes): string {
  return kind.codec.securedBy === 'mso'
    ? withCoseSignature(presentation, DEVICE_SIGNATURE, change)
    : withJwsSignature(presentation, change)
}

/** With another part of the issuer, and a proof of the holder over that; of JOSE. `change` gets the issuer's JWT alone. */
export async function withIssuerJwt(
  request: Asked,
  held: Held,
  change: (jwt: string) => Promise<string> | string,
): Promise<string> {
  const presentation = await shown(request, { held })
  if (request.kind.codec.securedBy === 'jwt') return aroundAnother(presentation, change, held.holder)
  const [jwt = '', ...rest] = textOf(presentation).split('~')
  return boundTo([await change(jwt), ...rest].join('~'), request, held.holder)
}

async function aroundAnother(
  presentation: string,
  change: (jwt: string) => Promise<string> | string,
  holder: Signer,
): Promise<string> {
  const [, payload = ''] = presentation.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const changed = claims.vp
    ? {
        ...claims,
        vp: { ...claims.vp, verifiableCredential: [await change(claims.vp.verifiableCredential[0])] },
      }
    : { ...claims, verifiableCredential: [await enveloped(claims.verifiableCredential[0], change)] }
  return rewriteProof(presentation, { payload: () => changed }, holder)
}

const ENVELOPE = 'data:application/vc+jwt,'

async function enveloped(envelope: { id: string }, change: (jwt: string) => Promise<string> | string) {
  return { ...envelope, id: ENVELOPE + (await change(envelope.id.slice(ENVELOPE.length))) }
}

/** Of an SD-JWT+KB: what its proof is about, with the last `~`. */
export function textOf(presentation: string): string {
  return presentation.slice(0, presentation.lastIndexOf('~') + 1)
}

/** Of an SD-JWT+KB: the issuer's JWT, the disclosures, and the proof. */
export function partsOf(presentation: string) {
  const parts = presentation.split('~')
  return { jwt: parts[0] ?? '', disclosures: parts.slice(1, -1), proof: parts.at(-1) ?? '' }
}

/** A proof as the holder makes it, but for what is given (RFC 9901 §4.3). */
export async function boundTo(
  text: string,
  { binding: { audience, nonce }, stage }: Asked,
  by: Vouching,
  change: { readonly header?: JsonObject; readonly payload?: JsonObject } = {},
): Promise<string> {
  const payload = { iat: stage.now, aud: audience, nonce, sd_hash: sha256(text), ...change.payload }
  return text + (await forgeJws({ typ: 'kb+jwt', alg: 'ES256', ...change.header }, payload, by))
}

/** An ECDSA signature of r and s as DER has it (RFC 3279 §2.2.3), which JOSE and COSE have not. */
export function asDer(signature: Buffer): Uint8Array {
  const integer = (bytes: Buffer) => {
    const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
    return Buffer.concat([Buffer.of(0x02, positive.length), positive])
  }
  const half = signature.length / 2
  const both = Buffer.concat([integer(signature.subarray(0, half)), integer(signature.subarray(half))])
  return Buffer.concat([Buffer.of(0x30, both.length), both])
}

export function flipped(at: number): (bytes: Buffer) => Uint8Array {
  return (bytes) => {
    const changed = Buffer.from(bytes)
    const place = at < 0 ? bytes.length + at : Math.min(at, bytes.length - 1)
    changed[place] = (changed[place] ?? 0) ^ 1
    return changed
  }
}

interface SignatureMutation {
  readonly what: string
  readonly change: (signature: Buffer) => Uint8Array
}

/** What can be wrong with any signature. */
export const SIGNATURE_MUTATIONS: readonly SignatureMutation[] = [
  { what: 'a bit of its first byte flipped', change: flipped(0) },
  { what: 'a bit in the middle flipped', change: flipped(32) },
  { what: 'a bit of its last byte flipped', change: flipped(-1) },
  { what: 'nothing but zeros', change: (bytes) => Buffer.alloc(bytes.length) },
  {
    what: 'r and s exchanged',
    change: (bytes) => Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]),
  },
  { what: 'DER in the place of r and s', change: asDer },
  { what: 'its last byte missing', change: (bytes) => bytes.subarray(0, -1) },
  { what: 'a byte more', change: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) },
]
