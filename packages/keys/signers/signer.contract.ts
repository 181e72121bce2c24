/**
 * What every opened signer keeps to, wherever its private key lies: its signatures verify with the key that it shows,
 * under load and for data of any size, its name is stable, and it issues every format.
 */

import type { Result } from '@countersign/core/result'
import type { ClaimPath, CredentialFormat, IssueInput } from '@countersign/credential/contract/format'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDevelopmentCa, issueCertificate } from '../deployment/development-certificate.ts'
import { nodeCrypto } from '../engines/node.ts'
import type { OpenedSigner, OpenSignerRefusal } from '../open-signer.ts'
import { SignerUnavailable } from './signer-unavailable.ts'
import { generateSoftwareKey, softwareSigner } from './software-key.ts'

export type OpenForContract = () => Promise<Result<OpenedSigner, OpenSignerRefusal>>

/** `open` opens the same key each time. */
export function describeSigner(name: string, open: OpenForContract): void {
  describe(`${name} keeps the contract of a signer`, () => {
    let signer: OpenedSigner
    beforeAll(async () => {
      signer = await opened(open)
    })
    afterAll(() => signer?.close())

    const verifies = (data: Uint8Array | string, signature: Uint8Array, by: Signer = signer) =>
      nodeCrypto.verify(by.algorithm, by.publicJwk, data, signature)

    it('signs what its public key verifies, and nothing else', async () => {
      const signature = await signer.sign('text')
      expect(verifies('text', signature)).toBe(true)
      expect(verifies('texts', signature)).toBe(false)
      expect(Object.getPrototypeOf(signature)).toBe(Uint8Array.prototype)
    })

    it('signs a string as its UTF-8 bytes', async () => {
      const text = 'Möbius € 𝄞'
      const bytes = new TextEncoder().encode(text)
      expect(verifies(bytes, await signer.sign(text))).toBe(true)
      expect(verifies(text, await signer.sign(bytes))).toBe(true)
    })

    it.each([
      ['no bytes', 0],
      ['one byte', 1],
      ['more than a key service takes as it is', 4097],
      ['a megabyte', 1_000_000],
    ])('signs %s', async (_, length) => {
      const data = new Uint8Array(length).fill(0xa5)
      expect(verifies(data, await signer.sign(data))).toBe(true)
    })

    it('keeps a hundred signatures apart that are made at the same time', async () => {
      const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`)
      const signatures = await Promise.all(texts.map((text) => signer.sign(text)))
      const isRight = texts.map((text, index) => verifies(text, signatures[index] ?? new Uint8Array()))
      expect(isRight).toEqual(texts.map(() => true))
    })

    it('signs the bytes that were given, whatever is done to them afterwards', async () => {
      const data = new TextEncoder().encode('before')
      const pending = signer.sign(data)
      data.fill(0)
      expect(verifies('before', await pending)).toBe(true)
    })

    it('has the same name and key when it is opened again', async () => {
      const again = await opened(open)
      expect(again.keyId).toBe(signer.keyId)
      expect(again.publicJwk).toEqual(signer.publicJwk)
      expect(verifies('text', await again.sign('text'))).toBe(true)
      await again.close()
      expect(verifies('text', await signer.sign('text'))).toBe(true)
    })

    it('closes twice, and signs no more', async () => {
      const again = await opened(open)
      await again.close()
      await again.close()
      await expect(async () => again.sign('text')).rejects.toThrow(SignerUnavailable)
    })

    it.each(formats.map((entry) => [entry.format.id, entry] as const))('issues %s', async (_, entry) => {
      const outcome = await issuedAndVerified(signer, entry)
      expect(outcome.checks.map((check) => check.outcome)).toEqual(Array(5).fill('passed'))
      expect(outcome.presentation?.claims).toMatchObject(entry.input.claims)
    })

    it('issues mdocs, where ISO/IEC 18013-5 knows its algorithm', async () => {
      const isKnown = ['ES256', 'ES384', 'ES512', 'EdDSA'].includes(signer.algorithm)
      if (!isKnown) {
        const refused = await issued(withCertificate(signer), document)
        expect(refused).toEqual({ ok: false, error: { code: 'signer_algorithm_unsupported' } })
        return
      }
      const outcome = await issuedAndVerified(withCertificate(signer), document)
      expect(outcome.checks.map((check) => check.outcome)).toEqual(Array(5).fill('passed'))
      expect(outcome.presentation?.claims).toEqual(document.input.claims)
    })
  })
}

async function opened(open: OpenForContract): Promise<OpenedSigner> {
  const result = await open()
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

interface FormatEntry {
  readonly format: CredentialFormat
  readonly input: Pick<IssueInput, 'type' | 'claims' | 'selectivelyDisclosable'>
  readonly disclose: readonly ClaimPath[]
}

const formats: readonly FormatEntry[] = [
  {
    format: sdJwtVc,
    input: {
      type: 'https://issuer.example/test',
      claims: { given_name: 'Ada' },
      selectivelyDisclosable: [['given_name']],
    },
    disclose: [['given_name']],
  },
  ...[jwtVcJson, vcJwt, vcSdJwt].map((format) => ({
    format,
    input: {
      type: 'TestCredential',
      claims: { credentialSubject: { given_name: 'Ada' } },
      selectivelyDisclosable: [],
    },
    disclose: [],
  })),
]

const namespace = 'org.iso.18013.5.1'
const document: FormatEntry = {
  format: mdoc,
  input: {
    type: 'org.iso.18013.5.1.mDL',
    claims: { [namespace]: { given_name: 'Ada' } },
    selectivelyDisclosable: [],
  },
  disclose: [[namespace, 'given_name']],
}

const now = 1_800_000_000
const holder = softwareSigner(generateSoftwareKey('ES256'))
const binding = {
  audience: 'x509_san_dns:verifier.example',
  nonce: 'n-0S6_WzA2Mj',
  responseUri: 'https://verifier.example/response',
}

/** An mdoc names its issuer by the certificate alone. */
function withCertificate(signer: Signer): Signer {
  const ca = createDevelopmentCa({ name: 'Test CA', now })
  const names = { subject: 'issuer', dnsNames: ['issuer.example'], uris: [] }
  const certificate = issueCertificate({ ca, publicJwk: signer.publicJwk, ...names, days: 1, now })
  return { ...signer, x5c: [certificate] }
}

function issued(signer: Signer, { format, input }: FormatEntry) {
  const issuer = 'https://issuer.example'
  const validity = { issuedAt: now, expiresAt: now + 3600 }
  return format.issue({ ...input, ...validity, signer, issuer, holderKey: holder.publicJwk }, nodeCrypto)
}

/** From the issuer's signature to what a verifier says of a presentation. */
async function issuedAndVerified(signer: Signer, entry: FormatEntry) {
  const { format, disclose } = entry
  const credential = unwrapped(await issued(signer, entry))
  const bound = { ...binding, signer: holder, issuedAt: now }
  const presentation = unwrapped(await format.present({ credential, disclose, binding: bound }, nodeCrypto))
  return format.verify(
    {
      presentation,
      binding,
      now,
      skewSeconds: 60,
      bindingWindowSeconds: 60,
      trust: () => ({ ok: true, value: { key: signer.publicJwk, anchor: 'test' } }),
    },
    nodeCrypto,
  )
}

function unwrapped<T>(result: Result<T, { readonly code: string }>): T {
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}
