/**
 * JWTs that are wrong in exactly one respect: any header, any payload, any signature, or none; and what was made well, with
 * one thing changed and signed again.
 */
import { createHash, createHmac } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'

export function base64url(data: string | Uint8Array): string {
  return Buffer.from(data).toString('base64url')
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Who vouches for a forged token: a key, a shared secret, or nobody (`''`). */
export type Vouching = Signer | { readonly secret: string } | ''

/** `header` and `payload` are objects, or JSON text that no serializer writes. */
export async function forgeJws(
  header: object | string,
  payload: object | string,
  by: Vouching,
): Promise<string> {
  const text = (part: object | string) => (typeof part === 'string' ? part : JSON.stringify(part))
  const input = `${base64url(text(header))}.${base64url(text(payload))}`
  return `${input}.${await signatureOver(input, by)}`
}

async function signatureOver(input: string, by: Vouching): Promise<string> {
  if (by === '') return ''
  if ('secret' in by) return createHmac('sha256', by.secret).update(input).digest('base64url')
  return base64url(await by.sign(input))
}

/** Another last character that is still base64url, so that the form is right and the content is not. */
export function tampered(text: string): string {
  const at = Math.floor(text.length / 2)
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

/** Like `tampered`, in the last part after a dot. */
export function badlySigned(jws: string): string {
  const dot = jws.lastIndexOf('.')
  return `${jws.slice(0, dot + 1)}${tampered(jws.slice(dot + 1))}`
}

export interface JwtChange {
  readonly header?: (header: JsonObject) => object
  readonly payload?: (payload: JsonObject) => object
}

/** Signed anew over what is different now. */
export async function rewriteJws(jws: string, { header, payload }: JwtChange, by: Vouching): Promise<string> {
  const [head = {}, claims = {}] = jws.split('.', 2).map(readPart)
  return forgeJws(header?.(head) ?? head, payload?.(claims) ?? claims, by)
}

function readPart(part: string): JsonObject {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
}

/** The same for the issuer's part of an SD-JWT, and for a JWT that is all of it. */
export async function rewriteCredential(
  credential: string,
  change: JwtChange,
  by: Vouching,
): Promise<string> {
  const [jwt = '', ...rest] = credential.split('~')
  return [await rewriteJws(jwt, change, by), ...rest].join('~')
}

/** The holder's part: behind the disclosures of an SD-JWT, or all of a presentation. */
export async function rewriteProof(presentation: string, change: JwtChange, by: Vouching): Promise<string> {
  const parts = presentation.split('~')
  return [...parts.slice(0, -1), await rewriteJws(parts.at(-1) ?? '', change, by)].join('~')
}
