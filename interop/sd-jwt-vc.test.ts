/**
 * SD-JWT VC: what we issue and present is verified by @sd-jwt/sd-jwt-vc, by the reference implementation in Python and,
 * as plain JWS, by jose; and what they issue and present is verified by us.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, IssueInput, VerifyOutcome } from '@countersign/credential/contract/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { compactVerify, importJWK, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { newIssuer, newPerson, now, type Person, publicJwk, trustIn } from './people.testing.ts'
import { pythonMissing, runPython } from './python.testing.ts'

const issuer = newIssuer()
const holder = newPerson()
const nonce = 'n-0S6_WzA2Mj_42'
const audience = 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'
const vct = 'https://types.example/person'

const claims = {
  given_name: 'Erika',
  family_name: 'Mustermann',
  address: { street: 'Heidestraße 17', locality: 'Köln', geo: { lat: 50.9 } },
  nationalities: ['DE', 'FR', 'AT'],
  public: true,
} satisfies JsonObject

const shapes: readonly (readonly [string, readonly ClaimPath[]])[] = [
  ['nothing withholdable', []],
  ['flat claims', [['given_name'], ['family_name']]],
  [
    'nested claims',
    [
      ['address', 'street'],
      ['address', 'geo', 'lat'],
    ],
  ],
  ['recursive claims', [['address'], ['address', 'street'], ['address', 'geo'], ['address', 'geo', 'lat']]],
  ['array elements', [['nationalities', null]]],
  ['an array and its elements', [['nationalities'], ['nationalities', null]]],
]

async function issued(paths: readonly ClaimPath[], more: Partial<IssueInput> = {}): Promise<string> {
  const credential = await sdJwtVc.issue(
    {
      type: vct,
      claims,
      selectivelyDisclosable: paths,
      holderKey: holder.signer.publicJwk,
      signer: issuer.signer,
      issuer: 'https://issuer.example',
      issuedAt: now - 60,
      expiresAt: now + 3600,
      decoys: 3,
      ...more,
    },
    nodeCrypto,
  )
  if (!credential.ok) throw new Error(credential.error.code)
  return credential.value
}

async function presented(credential: string, disclose: readonly ClaimPath[]): Promise<string> {
  const binding = { signer: holder.signer, audience, nonce, issuedAt: now }
  const presentation = await sdJwtVc.present({ credential, disclose, binding }, nodeCrypto)
  if (!presentation.ok) throw new Error(presentation.error.code)
  return presentation.value
}

function verified(presentation: string, signedBy: Person, bound = true): Promise<VerifyOutcome> {
  return sdJwtVc.verify(
    {
      presentation,
      ...(bound && { binding: { audience, nonce } }),
      now,
      skewSeconds: 60,
      bindingWindowSeconds: 300,
      trust: trustIn(signedBy),
    },
    nodeCrypto,
  )
}

function outcomes({ checks }: VerifyOutcome): readonly string[] {
  return checks.map(({ name, outcome, detail }) => (outcome === 'passed' ? outcome : `${name} ${detail}`))
}

const allPassed = ['passed', 'passed', 'passed', 'passed', 'passed']

/** The library, acting for the issuer and the holder of these tests. */
function library(hashAlg: 'sha-256' | 'sha-384' | 'sha-512' = 'sha-256'): SDJwtVcInstance {
  const sign = (person: Person) => async (data: string) =>
    Buffer.from(await person.signer.sign(data)).toString('base64url')
  const verify = (person: Person) => async (data: string, signature: string) =>
    nodeCrypto.verify('ES256', person.signer.publicJwk, data, Buffer.from(signature, 'base64url'))
  return new SDJwtVcInstance({
    signer: sign(issuer),
    signAlg: 'ES256',
    verifier: verify(issuer),
    kbSigner: sign(holder),
    kbSignAlg: 'ES256',
    kbVerifier: verify(holder),
    hasher: (data, algorithm) =>
      createHash(algorithm.replace('-', ''))
        .update(typeof data === 'string' ? data : Buffer.from(data))
        .digest(),
    hashAlg,
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
  })
}

describe('@sd-jwt/sd-jwt-vc', () => {
  it.each(shapes)('verifies what we issue and present with %s', async (_name, paths) => {
    const credential = await issued(paths)
    const whole = await library().verify(credential)
    expect(whole.payload).toMatchObject({ ...claims, vct })
    const presentation = await presented(credential, [['given_name'], ['address', 'locality']])
    const shown = await library().verify(presentation, { keyBindingNonce: nonce })
    expect(shown.payload).toMatchObject({ given_name: 'Erika', address: { locality: 'Köln' } })
    expect(shown.kb?.payload).toMatchObject({ aud: audience, nonce })
  })

  it('refuses what we present when a byte of it changes', async () => {
    const presentation = await presented(await issued([['given_name']]), [['given_name']])
    const at = presentation.indexOf('~') + 5
    const changed =
      presentation.slice(0, at) + (presentation[at] === 'A' ? 'B' : 'A') + presentation.slice(at + 1)
    await expect(library().verify(changed, { keyBindingNonce: nonce })).rejects.toThrow()
  })

  it.each(['sha-256', 'sha-384', 'sha-512'] as const)(
    'issues and presents with %s what we verify',
    async (hash) => {
      const theirs = library(hash)
      const credential = await theirs.issue(
        {
          vct,
          iss: 'https://issuer.example',
          iat: now - 60,
          exp: now + 3600,
          cnf: { jwk: publicJwk(holder) },
          ...claims,
        } as never,
        {
          _sd: ['given_name', 'family_name', 'address'],
          address: { _sd: ['street'] },
          nationalities: { _sd: [0, 2] },
          _sd_decoy: 2,
        } as never,
      )
      const opened = await sdJwtVc.open(credential, nodeCrypto)
      expect(opened.ok && opened.value.claims).toMatchObject({ ...claims, vct })
      const frame = { given_name: true, address: { street: true }, nationalities: { 0: true } }
      const kb = { payload: { iat: now, aud: audience, nonce } }
      const outcome = await verified(await theirs.present(credential, frame as never, { kb }), issuer)
      expect(outcomes(outcome)).toEqual(allPassed)
      expect(outcome.presentation?.claims).toMatchObject({
        given_name: 'Erika',
        address: { street: 'Heidestraße 17' },
      })
      expect(outcome.presentation?.claims).not.toHaveProperty('family_name')
      expect(outcome.presentation?.claims['nationalities']).toEqual(['DE', 'FR'])
    },
  )
})

describe('jose', () => {
  it('verifies the signature of the issuer and that of the holder', async () => {
    const presentation = await presented(await issued([['given_name']]), [])
    const parts = presentation.split('~')
    const signed = await compactVerify(parts[0] ?? '', await keyFor(issuer))
    expect(signed.protectedHeader).toMatchObject({ alg: 'ES256', typ: 'dc+sd-jwt' })
    const bound = await compactVerify(parts.at(-1) ?? '', await keyFor(holder))
    expect(bound.protectedHeader).toMatchObject({ alg: 'ES256', typ: 'kb+jwt' })
  })
})

function keyFor(person: Person) {
  return importJWK(publicJwk(person) as JWK, 'ES256')
}

describe.skipIf(pythonMissing !== undefined)('the reference implementation in Python', () => {
  it.each(shapes)('verifies what we issue and present with %s', async (_name, paths) => {
    const presentation = await presented(await issued(paths), [['given_name'], ['address', 'locality']])
    const issuerKey = publicJwk(issuer)
    const answer = await runPython('sd_jwt_peer.py', {
      do: 'verify',
      presentation,
      issuerKey,
      audience,
      nonce,
    })
    expect(answer).toMatchObject({ claims: { vct, given_name: 'Erika', address: { locality: 'Köln' } } })
  })

  it('refuses what we present to somebody else', async () => {
    const presentation = await presented(await issued([['given_name']]), [])
    const request = { do: 'verify', presentation, issuerKey: publicJwk(issuer), audience: 'other', nonce }
    await expect(runPython('sd_jwt_peer.py', request)).rejects.toThrow()
  })

  it('issues and presents what we verify', async () => {
    const made = (await runPython('sd_jwt_peer.py', {
      do: 'issue',
      claims: { vct, iss: 'https://issuer.example', iat: now - 60, exp: now + 3600, ...claims },
      withholdable: ['given_name', 'family_name', 'address'],
      shown: { given_name: true },
      issuerKey: issuer.jwk,
      holderKey: holder.jwk,
      kid: issuer.signer.keyId,
      audience,
      nonce,
    })) as { credential: string; presentation: string }
    const opened = await sdJwtVc.open(made.credential, nodeCrypto)
    expect(opened.ok && opened.value.claims).toMatchObject({ ...claims, vct })
    const outcome = await verified(made.presentation, issuer)
    expect(outcomes(outcome)).toEqual(allPassed)
    expect(outcome.presentation?.claims).toMatchObject({ given_name: 'Erika', public: true })
    expect(outcome.presentation?.claims).not.toHaveProperty('address')
  })
})
