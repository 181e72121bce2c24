/**
 * What `node-engine.ts` is on servers, for browsers: the product's engine on WebCrypto, and signers with keys of their
 * own. WebCrypto makes keys later, tests want them at once: a stock is laid in before the module is ready and filled up
 * again as keys are taken.
 */

import type { CryptoEngine, KeyAgreement, Signer } from '@countersign/crypto/engine'
import { type EcCurve, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import type {
  RsaAlgorithm,
  SignatureAlgorithm,
  SignatureScheme,
} from '@countersign/crypto/signature-algorithm'
import {
  generateWebKeyAgreement,
  generateWebKeyPair,
  webCrypto,
  webSigner,
} from '@countersign/keys/engines/web'
import type { Certifier, CertifierKey } from './certifier.ts'

export type TestKey = EcCurve | 'Ed25519' | RsaAlgorithm

export const testKeys: readonly TestKey[] = [
  'P-256',
  'P-384',
  'P-521',
  'Ed25519',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
]

/** Under the name that tests know. */
export const nodeEngine: CryptoEngine = webCrypto
export const lateEngine: CryptoEngine = webCrypto

export const inBrowser = true

/** RSA keys, which take long to make, come round again after four. */
export function makeSigner(kind: TestKey = 'P-256', keyId = 'key-1'): Signer {
  const signer = isRsa(kind)
    ? turn(rsaSigners[kind] ?? [])
    : take(signers[kind] ?? [], kind, () => newSigner(kind))
  return { ...signer, keyId }
}

/** Signs certificates by the scheme; keys come round again after three. */
export function makeCertifier(kind: CertifierKey, scheme: SignatureScheme): Certifier {
  const { privateJwk, publicJwk } = turn(certifierKeys[kind])
  return {
    publicJwk,
    scheme,
    sign: async (data) => {
      const { key, use } = parametersOf(kind, scheme)
      const imported = await crypto.subtle.importKey('jwk', privateJwk, key, false, ['sign'])
      return new Uint8Array(await crypto.subtle.sign(use, imported, new Uint8Array(data)))
    },
  }
}

/** A P-256 key that agrees on secrets. */
export function makeKeyAgreement(): AgreementKey {
  return take(agreements, 'ECDH', generateWebKeyAgreement)
}

export interface AgreementKey {
  readonly publicJwk: PublicJwk
  readonly agree: KeyAgreement
}

type CurveName = Exclude<TestKey, RsaAlgorithm>

const ALGORITHMS: Readonly<Record<CurveName, SignatureAlgorithm>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  secp256k1: 'ES256K',
  Ed25519: 'EdDSA',
}

/** How many are taken before the first is back: tests that make more at once wait in between. */
const STOCK: Readonly<Partial<Record<CurveName, number>>> = {
  'P-256': 64,
  'P-384': 16,
  'P-521': 16,
  Ed25519: 16,
}
const RSA_KEYS = 4

const signers: Partial<Record<CurveName, Signer[]>> = {}
for (const kind of testKeys.filter((name) => !isRsa(name))) {
  signers[kind] = await many(STOCK[kind] ?? 0, () => newSigner(kind))
}
const agreements = await many(8, generateWebKeyAgreement)
const rsaSigners = await makeRsaSigners()
const certifierKeys = {
  'P-256': await makeCertifierKeys('P-256'),
  'P-384': await makeCertifierKeys('P-384'),
  'P-521': await makeCertifierKeys('P-521'),
  Ed25519: await makeCertifierKeys('Ed25519'),
  RSA: await makeCertifierKeys('RSA'),
}

async function newSigner(kind: CurveName): Promise<Signer> {
  const algorithm = ALGORITHMS[kind]
  return webSigner(algorithm, await generateWebKeyPair(algorithm))
}

/** Each key once for each algorithm, since WebCrypto ties a key to one. */
async function makeRsaSigners(): Promise<Partial<Record<TestKey, Signer[]>>> {
  const keys = await many(RSA_KEYS, makeRsaKey)
  const made: Partial<Record<TestKey, Signer[]>> = {}
  for (const kind of testKeys.filter(isRsa)) {
    made[kind] = await Promise.all(keys.map((key) => rsaSigner(kind, key)))
  }
  return made
}

type RsaKey = Awaited<ReturnType<typeof makeRsaKey>>

async function makeRsaKey() {
  const publicExponent = Uint8Array.of(1, 0, 1)
  const wanted = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent }
  const pair = await crypto.subtle.generateKey(wanted, true, ['sign', 'verify'])
  const { alg: _alg, key_ops: _uses, ...jwk } = await crypto.subtle.exportKey('jwk', pair.privateKey)
  return jwk
}

async function rsaSigner(algorithm: RsaAlgorithm, key: RsaKey): Promise<Signer> {
  const name = algorithm.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  const wanted = { name, hash: `SHA-${algorithm.slice(2)}` }
  const { kty = '', n = '', e = '' } = key
  const privateKey = await crypto.subtle.importKey('jwk', key, wanted, false, ['sign'])
  const publicKey = await crypto.subtle.importKey('jwk', { kty, n, e }, wanted, true, ['verify'])
  return webSigner(algorithm, { privateKey, publicKey })
}

async function makeCertifierKeys(kind: CertifierKey) {
  const privateJwks = await many(3, () => (kind === 'RSA' ? makeRsaKey() : makeExtractableKey(kind)))
  return privateJwks.map((privateJwk) => {
    const { kty, crv, x, y, n, e } = privateJwk
    const read = parsePublicJwk(JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })))
    if (!read.ok) throw new Error(read.error.code)
    return { privateJwk, publicJwk: read.value }
  })
}

async function makeExtractableKey(kind: Exclude<CertifierKey, 'RSA'>) {
  const wanted = kind === 'Ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: kind }
  const made = await crypto.subtle.generateKey(wanted, true, ['sign', 'verify'])
  if (!('privateKey' in made)) throw new Error('not a pair')
  const { alg: _alg, key_ops: _uses, ...jwk } = await crypto.subtle.exportKey('jwk', made.privateKey)
  return jwk
}

function parametersOf(kind: CertifierKey, scheme: SignatureScheme) {
  const hash = 'hash' in scheme ? scheme.hash.toUpperCase() : ''
  switch (scheme.kind) {
    case 'ecdsa':
      return { key: { name: 'ECDSA', namedCurve: kind }, use: { name: 'ECDSA', hash } }
    case 'eddsa':
      return { key: { name: 'Ed25519' }, use: { name: 'Ed25519' } }
    case 'rsa-pkcs1':
      return { key: { name: 'RSASSA-PKCS1-v1_5', hash }, use: { name: 'RSASSA-PKCS1-v1_5' } }
    case 'rsa-pss':
      return { key: { name: 'RSA-PSS', hash }, use: { name: 'RSA-PSS', saltLength: scheme.saltLength } }
  }
}

function take<T>(stock: T[], kind: string, make: () => Promise<T>): T {
  const taken = stock.shift()
  if (taken === undefined) throw new Error(`no ${kind} key is left: await something between so many`)
  void make().then((fresh) => stock.push(fresh))
  return taken
}

function many<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make))
}

function isRsa(kind: TestKey): kind is RsaAlgorithm {
  return /^[RP]S/.test(kind)
}

function turn<T>(stock: T[]): T {
  const first = stock.shift()
  if (first === undefined) throw new Error('nothing in stock')
  stock.push(first)
  return first
}
