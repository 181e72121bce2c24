import { ok, refuse } from '@countersign/core/result'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { DidKeyResolver } from '@countersign/did/did-document'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import {
  credentialFor,
  nonceOf,
  offered,
  type TestIssuer,
  testIssuer,
  tokenFor,
} from './testing/issuer.testing.ts'

const kid = 'did:web:holder.example#one'
const holder = newKey()

async function ask(test: TestIssuer, signer = holder, token?: string): Promise<string> {
  const accessToken = token ?? (await tokenFor(test, (await offered(test.issuer)).code))
  const jwt = await createKeyProof({
    signer,
    issuer: test.issuer.baseUrl,
    nonce: await nonceOf(test),
    now: test.clock.now,
    keyReference: { kid },
  })
  return credentialFor(test, accessToken, jwt)
}

function lookingUp(holderKeys: DidKeyResolver): TestIssuer {
  const test = testIssuer()
  return { ...test, issuer: { ...test.issuer, holderKeys } }
}

describe('a holder who is named by a did:web', () => {
  it('gets a credential that is bound to the key that its document names', async () => {
    const asked: unknown[] = []
    const credential = await ask(
      lookingUp(async (...question) => {
        asked.push(question)
        return ok(holder.publicJwk)
      }),
    )
    expect(asked).toEqual([[kid, 'authentication']])
    const held = await sdJwtVc.open(credential, nodeCrypto)
    expect(held).toMatchObject({ ok: true, value: { holderKey: holder.publicJwk } })
  })

  it('gets none when another key signed, or the document cannot be had', async () => {
    expect(await ask(lookingUp(() => ok(newKey().publicJwk)))).toBe('proof_signature_invalid')
    const lost = lookingUp(() => refuse({ code: 'did_not_found', reason: 'timeout' }))
    expect(await ask(lost)).toBe('proof_key_unacceptable')
  })

  it('gets none from an issuer that asks nobody', async () => {
    expect(await ask(testIssuer())).toBe('proof_key_unacceptable')
  })

  it('is not looked up for somebody without an access token', async () => {
    let asked = 0
    const test = lookingUp(() => {
      asked += 1
      return ok(holder.publicJwk)
    })
    expect(await ask(test, holder, 'AAAAAAAAAAAAAAAAAAAAAA.AAAA')).toBe('token_unknown')
    expect(asked).toBe(0)
  })
})
