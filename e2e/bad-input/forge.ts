/** Tokens that are wrong in exactly one respect: any header, any payload, any signature, or none. */
import { createHash, createHmac } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { IssueInput } from '@countersign/credential/contract/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { claims } from '@countersign/testing/client/flows'
import { identityType, newKey, now } from '@countersign/testing/client/protocol-wallet'

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

export interface ForgedCredential {
  readonly credential: string
  readonly holder: Signer
}

/** An identity credential signed by `signer`, in good order but for what is given. */
export async function forgeCredential(
  signer: Signer,
  more: Partial<Omit<IssueInput, 'signer'>> = {},
): Promise<ForgedCredential> {
  const holder = newKey()
  const issued = await sdJwtVc.issue(
    {
      type: identityType,
      claims,
      selectivelyDisclosable: [['given_name'], ['family_name']],
      holderKey: holder.publicJwk,
      issuer: 'https://issuer.example',
      issuedAt: now() - 60,
      expiresAt: now() + 3600,
      ...more,
      signer,
    },
    nodeCrypto,
  )
  if (!issued.ok) throw new Error(issued.error.code)
  return { credential: issued.value, holder }
}

/** The issuer-signed part of a credential under another signature or header. */
export async function signedAgain(
  { credential, holder }: ForgedCredential,
  change: (header: JsonObject) => object,
  by: Vouching,
): Promise<ForgedCredential> {
  const [jwt = '', ...rest] = credential.split('~')
  const [header = '', payload = ''] = jwt
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('utf8'))
  const forged = await forgeJws(change(JSON.parse(header)), payload, by)
  return { credential: [forged, ...rest].join('~'), holder }
}
