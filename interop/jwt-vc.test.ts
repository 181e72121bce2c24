/**
 * W3C credentials against jose: it verifies what we sign as the JWTs that they are, and we verify credentials and
 * presentations that were put together with it alone.
 */
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { CredentialFormat, VerifyOutcome } from '@countersign/credential/contract/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { didFromKey } from '@countersign/did/did'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { newIssuer, newPerson, now, type Person, publicJwk, trustIn } from './people.testing.ts'

const issuer = newIssuer()
const holder = newPerson()
const holderDid = didFromKey('jwk', holder.signer.publicJwk)
const issuerUrl = 'https://issuer.example'
const nonce = 'n-0S6_WzA2Mj_42'
const audience = 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'
const subject = { degree: { type: 'BachelorDegree', name: 'BSc Geology' } } satisfies JsonObject

const formats = [
  ['jwt_vc_json', jwtVcJson],
  ['vc+jwt', vcJwt],
] as const

function keyOf(person: Person, part: 'public' | 'private') {
  return importJWK((part === 'public' ? publicJwk(person) : person.jwk) as JWK, 'ES256')
}

async function issued(format: CredentialFormat): Promise<string> {
  const credential = await format.issue(
    {
      type: 'UniversityDegree',
      claims: { credentialSubject: subject },
      selectivelyDisclosable: [],
      holderKey: holder.signer.publicJwk,
      holderDid,
      signer: issuer.signer,
      issuer: issuerUrl,
      issuedAt: now - 60,
      expiresAt: now + 3600,
    },
    nodeCrypto,
  )
  if (!credential.ok) throw new Error(credential.error.code)
  return credential.value
}

function verified(format: CredentialFormat, presentation: string): Promise<VerifyOutcome> {
  return format.verify(
    {
      presentation,
      binding: { audience, nonce },
      now,
      skewSeconds: 60,
      bindingWindowSeconds: 300,
      trust: trustIn(issuer),
    },
    nodeCrypto,
  )
}

function objections({ checks }: VerifyOutcome): readonly string[] {
  return checks.filter(({ outcome }) => outcome !== 'passed').map(({ name, detail }) => `${name} ${detail}`)
}

describe.each(formats)('%s', (id, format) => {
  it('is verified by jose, credential and presentation', async () => {
    const credential = await issued(format)
    const jwt = await jwtVerify(credential, await keyOf(issuer, 'public'))
    const document = id === 'vc+jwt' ? jwt.payload : (jwt.payload['vc'] as JsonObject)
    expect(document['credentialSubject']).toMatchObject(subject)
    const binding = { signer: holder.signer, audience, nonce, issuedAt: now }
    const presented = await format.present({ credential, disclose: [], binding }, nodeCrypto)
    if (!presented.ok) throw new Error(presented.error.code)
    const options = { audience, ...(id === 'vc+jwt' && { typ: 'vp+jwt' }) }
    const presentation = await jwtVerify(presented.value, await keyOf(holder, 'public'), options)
    expect(presentation.payload).toMatchObject({ nonce, iss: holderDid })
  })

  it('made and presented with jose is verified by us, and for nobody else', async () => {
    const credential = await madeWithJose(id)
    const presentation = await presentedWithJose(id, credential, nonce)
    const outcome = await verified(format, presentation)
    expect(objections(outcome)).toEqual([])
    expect(outcome.presentation?.claims).toMatchObject({ credentialSubject: subject })
    const stale = await verified(format, await presentedWithJose(id, credential, 'another nonce'))
    expect(objections(stale)).toEqual(['holder_binding nonce_wrong'])
  })
})

describe('vc+sd-jwt', () => {
  it('carries a JWT that jose verifies', async () => {
    const [jwt = ''] = (await issued(vcSdJwt)).split('~')
    const { payload, protectedHeader } = await jwtVerify(jwt, await keyOf(issuer, 'public'), {
      typ: 'vc+sd-jwt',
    })
    expect(protectedHeader.alg).toBe('ES256')
    expect(payload['credentialSubject']).toMatchObject(subject)
  })
})

/** Contexts of our own define the type: nobody fetches one. */
const embedded = {
  '@context': ['https://www.w3.org/ns/credentials/v2', { '@vocab': 'https://types.example/#' }],
  type: ['VerifiableCredential', 'UniversityDegree'],
  issuer: issuerUrl,
  validFrom: new Date((now - 60) * 1000).toISOString(),
  credentialSubject: { id: holderDid, ...subject },
}

async function madeWithJose(id: (typeof formats)[number][0]): Promise<string> {
  const { x5c = [] } = issuer.signer
  const key = await keyOf(issuer, 'private')
  if (id === 'vc+jwt') {
    const header = { alg: 'ES256', typ: 'vc+jwt', cty: 'vc', x5c: [...x5c] }
    return new SignJWT({ ...embedded, id: `urn:uuid:${randomUUID()}` }).setProtectedHeader(header).sign(key)
  }
  const vc = {
    '@context': ['https://www.w3.org/2018/credentials/v1'],
    type: embedded.type,
    credentialSubject: embedded.credentialSubject,
  }
  return new SignJWT({ vc })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', x5c: [...x5c] })
    .setIssuer(issuerUrl)
    .setSubject(holderDid)
    .setNotBefore(now - 60)
    .setExpirationTime(now + 3600)
    .sign(key)
}

async function presentedWithJose(
  id: (typeof formats)[number][0],
  credential: string,
  challenge: string,
): Promise<string> {
  const key = await keyOf(holder, 'private')
  const kid = `${holderDid}#0`
  if (id === 'vc+jwt') {
    const enveloped = {
      '@context': 'https://www.w3.org/ns/credentials/v2',
      id: `data:application/vc+jwt,${credential}`,
      type: 'EnvelopedVerifiableCredential',
    }
    const vp = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiablePresentation'],
      verifiableCredential: [enveloped],
    }
    return new SignJWT({ ...vp, nonce: challenge })
      .setProtectedHeader({ alg: 'ES256', typ: 'vp+jwt', cty: 'vp', kid })
      .setAudience(audience)
      .setIssuedAt(now)
      .sign(key)
  }
  const vp = {
    '@context': ['https://www.w3.org/2018/credentials/v1'],
    type: ['VerifiablePresentation'],
    verifiableCredential: [credential],
  }
  return new SignJWT({ vp, nonce: challenge })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
    .setIssuer(holderDid)
    .setAudience(audience)
    .setIssuedAt(now)
    .sign(key)
}
