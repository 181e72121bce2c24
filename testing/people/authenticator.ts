/**
 * An authenticator in software (WebAuthn Level 3 §6), for tests: it makes a passkey for the options that a page got, and signs
 * with it. What it says can be bent: another origin, no user verification, a counter that stands still.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'

export interface Bent {
  /** The page that asked. */
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly userVerified?: boolean
  readonly counter?: number
  readonly prf?: boolean
}

export interface Authenticator {
  readonly credentialId: string
  create(options: JsonObject, bent?: Bent): JsonObject
  get(options: JsonObject, bent?: Bent): JsonObject
}

const ORIGIN = 'http://localhost'
const ES256 = -7

/** `origin`: of the page, unless a call is bent to another. */
export function softwareAuthenticator(origin = ORIGIN, credentialId = randomBytes(16)): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let counter = 0
  const id = credentialId.toString('base64url')
  const named = { id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform' }
  return {
    credentialId: id,
    create(options, bent = {}) {
      const attested = Buffer.concat([
        Buffer.alloc(16),
        twoBytes(credentialId.length),
        credentialId,
        coseKey(publicKey),
      ])
      const authData = authenticatorData(
        rpIdOf(options),
        { ...bent, counter: bent.counter ?? counter },
        attested,
      )
      const attestation = cborMap([
        [cborText('fmt'), cborText('none')],
        [cborText('attStmt'), cborMap([])],
        [cborText('authData'), cborBytes(authData)],
      ])
      return {
        ...named,
        response: {
          clientDataJSON: clientData('webauthn.create', options, { origin, ...bent }).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
        clientExtensionResults: bent.prf === undefined ? {} : { prf: { enabled: bent.prf } },
      }
    },
    get(options, bent = {}) {
      counter += 1
      const authData = authenticatorData(rpIdOf(options), { ...bent, counter: bent.counter ?? counter })
      const data = clientData('webauthn.get', options, { origin, ...bent })
      const signed = Buffer.concat([authData, createHash('sha256').update(data).digest()])
      return {
        ...named,
        response: {
          clientDataJSON: data.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: sign('sha256', signed, privateKey).toString('base64url'),
        },
        clientExtensionResults: {},
      }
    },
  }
}

function rpIdOf({ rp, rpId }: JsonObject): string {
  if (typeof rpId === 'string') return rpId
  const { id } = rp as { readonly id: string }
  return id
}

function clientData(type: string, { challenge }: JsonObject, bent: Bent): Buffer {
  const data = {
    type,
    challenge: bent.challenge ?? challenge,
    origin: bent.origin ?? ORIGIN,
    crossOrigin: false,
  }
  return Buffer.from(JSON.stringify(data))
}

/** §6.1: hash of the host, flags, counter, and the new key where there is one. */
function authenticatorData(
  rpId: string,
  { counter = 0, userVerified = true, ...bent }: Bent,
  attested?: Buffer,
): Buffer {
  const flags = 0x01 | (userVerified ? 0x04 : 0) | (attested === undefined ? 0 : 0x40)
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  const host = createHash('sha256')
    .update(bent.rpId ?? rpId)
    .digest()
  return Buffer.concat([host, Buffer.from([flags]), count, attested ?? Buffer.alloc(0)])
}

/** RFC 9053 §7.1.1. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return cborMap([
    [cborInt(1), cborInt(2)],
    [cborInt(3), cborInt(ES256)],
    [cborInt(-1), cborInt(1)],
    [cborInt(-2), cborBytes(Buffer.from(x, 'base64url'))],
    [cborInt(-3), cborBytes(Buffer.from(y, 'base64url'))],
  ])
}

function cborMap(entries: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return Buffer.concat([Buffer.from([0xa0 | entries.length]), ...entries.flat()])
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 | text.length]), Buffer.from(text)])
}

function cborBytes(bytes: Buffer): Buffer {
  const head =
    bytes.length < 24
      ? Buffer.from([0x40 | bytes.length])
      : bytes.length < 256
        ? Buffer.from([0x58, bytes.length])
        : Buffer.concat([Buffer.from([0x59]), twoBytes(bytes.length)])
  return Buffer.concat([head, bytes])
}

/** -24 to 23. */
function cborInt(value: number): Buffer {
  return Buffer.from([value >= 0 ? value : 0x20 | (-1 - value)])
}

function twoBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
