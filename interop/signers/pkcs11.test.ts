/** PKCS#11 against SoftHSM2: the real library, the real `pkcs11js`, keys that never leave the token. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { type OpenedSigner, type OpenSignerOptions, openSigner } from '@countersign/keys/open-signer'
import { describeSigner } from '@countersign/keys/signers/signer.contract'
import { now } from '@countersign/testing/people/keys'
import pkcs11js from 'pkcs11js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  changePin,
  type KeyKind,
  makeKey,
  removeObjects,
  rename,
  type SoftHsm,
  softHsmMissing,
  startSoftHsm,
  storeCertificate,
  type TestToken,
} from './softhsm.testing.ts'

const missing = softHsmMissing()
if (missing) console.warn(`PKCS#11 tests are skipped: ${missing}`)

const notInstalled = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
const load = (name: string): Promise<unknown> => import(name)

const kinds: readonly (readonly [string, KeyKind, string?])[] = [
  ['ES256', 'P-256'],
  ['ES384', 'P-384'],
  ['ES512', 'P-521'],
  ['ES256K', 'secp256k1'],
  ['EdDSA', 'Ed25519'],
  ['RS256', 'RSA'],
  ['RS512', 'RSA', 'RS512'],
  ['PS256', 'RSA', 'PS256'],
  ['PS384', 'RSA', 'PS384'],
]

describe.skipIf(missing)('PKCS#11 on SoftHSM2', () => {
  let hsm: SoftHsm
  let token: TestToken
  let alone: TestToken
  let locked: TestToken
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pin-'))

  beforeAll(() => {
    hsm = startSoftHsm()
    token = hsm.makeToken('Issuing keys', '12 34/ä')
    alone = hsm.makeToken('Alone', '1234')
    locked = hsm.makeToken('Locked', '1234')
    for (const [index, [name, kind]] of kinds.entries()) {
      makeKey(token, kind, `key ${name}`, Buffer.from([0xff, index]))
    }
    writeFileSync(join(folder, 'pin'), `${token.pin}\n`)
  })
  afterAll(() => {
    hsm.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  function uri(path: string, query = `pin-value=${encodeURIComponent(token.pin)}`): string {
    const named = /token=|serial=|slot-id=/.test(path) ? path : `token=Issuing%20keys;${path}`
    return `pkcs11:${named}?module-path=${hsm.modulePath}&${query}`
  }

  function open(reference: string, options: Partial<OpenSignerOptions> = {}) {
    return openSigner(reference, { load, now, ...options })
  }

  async function opened(reference: string, options: Partial<OpenSignerOptions> = {}): Promise<OpenedSigner> {
    const result = await open(reference, options)
    if (!result.ok) throw new Error(JSON.stringify(result.error))
    return result.value
  }

  for (const [name, , algorithm] of kinds) {
    const suffix = algorithm ? `&algorithm=${algorithm}` : ''
    describeSigner(`PKCS#11 with ${name}`, async () => {
      const result = await open(uri(`object=key%20${name}`) + suffix)
      if (result.ok) expect(result.value.algorithm).toBe(name)
      return result
    })
  }

  it('finds a key by its id, and the pin in a file', async () => {
    const query = `pin-source=file:${join(folder, 'pin')}`
    const byId = await opened(uri('id=%ff%00;type=private', query))
    const byLabel = await opened(uri('object=key%20ES256;model=SoftHSM%20v2'))
    expect(byId.publicJwk).toEqual(byLabel.publicJwk)
    await Promise.all([byId.close(), byLabel.close()])
  })

  it('shows the certificates of the key, and refuses those of another', async () => {
    const reference = uri('object=key%20ES256')
    const signer = await opened(reference)
    const now = Math.floor(Date.now() / 1000)
    const ca = createDevelopmentCa({ name: 'Test CA', now })
    const request = { ca, subject: 'issuer', dnsNames: ['issuer.example'], uris: [], days: 1, now }
    const certificates = [issueCertificate({ ...request, publicJwk: signer.publicJwk })]
    const certified = await opened(reference, { certificates })
    expect(certified.x5c).toEqual(certificates)
    expect(await open(uri('object=key%20ES384'), { certificates })).toEqual({
      ok: false,
      error: { code: 'certificate_of_other_key' },
    })
    await Promise.all([signer.close(), certified.close()])
  })

  it('reads the public key from a certificate where the token has no other', async () => {
    const id = Buffer.from('on a card')
    makeKey(token, 'P-256', 'card', id)
    const before = await opened(uri('object=card'))
    await before.close()
    removeObjects(token, 'card', pkcs11js.CKO_PUBLIC_KEY)
    expect(await open(uri('object=card'))).toMatchObject({ ok: false, error: { code: 'key_not_found' } })
    const now = Math.floor(Date.now() / 1000)
    const certificate = issueCertificate({
      ca: createDevelopmentCa({ name: 'Test CA', now }),
      publicJwk: before.publicJwk,
      subject: 'card',
      dnsNames: ['card.example'],
      uris: [],
      days: 1,
      now,
    })
    storeCertificate(token, Buffer.from(certificate, 'base64'), 'card certificate', id)
    const after = await opened(uri('object=card'))
    expect(after.publicJwk).toEqual(before.publicJwk)
    await after.close()
  })

  it('refuses a public key that is not the private key’s', async () => {
    makeKey(token, 'P-256', 'mixed', Buffer.from('mixed'))
    makeKey(token, 'P-256', 'other', Buffer.from('other'))
    removeObjects(token, 'mixed', pkcs11js.CKO_PUBLIC_KEY)
    removeObjects(token, 'other', pkcs11js.CKO_PRIVATE_KEY)
    token.withSession((library, session) => {
      library.C_FindObjectsInit(session, [{ type: pkcs11js.CKA_LABEL, value: 'other' }])
      const [publicKey] = library.C_FindObjects(session, 1)
      library.C_FindObjectsFinal(session)
      if (!publicKey) throw new Error('no key')
      library.C_CopyObject(session, publicKey, [{ type: pkcs11js.CKA_ID, value: Buffer.from('mixed') }])
    })
    expect(await open(uri('object=mixed'))).toEqual({
      ok: false,
      error: { code: 'trial_signature_invalid', backend: 'pkcs11' },
    })
  })

  describe('refuses to open', () => {
    const refusal = async (reference: string, options?: Partial<OpenSignerOptions>) => {
      const result = await open(reference, options)
      if (result.ok) await result.value.close()
      return result.ok ? 'opened' : result.error
    }

    it('with a wrong pin, and says nothing of it', async () => {
      const error = await refusal(uri('object=key%20ES256', 'pin-value=0000'))
      expect(error).toEqual({ code: 'signer_unavailable', backend: 'pkcs11', reason: 'login_refused' })
    })

    it('with a pin file that is not there', async () => {
      const error = await refusal(uri('object=key%20ES256', 'pin-source=file:/nonexistent/pin'))
      expect(error).toEqual({ code: 'signer_unavailable', backend: 'pkcs11', reason: 'secret_unreadable' })
    })

    it('a key that is not there, or not to be seen without the pin', async () => {
      const notFound = { code: 'key_not_found', backend: 'pkcs11' }
      expect(await refusal(uri('object=nothing'))).toEqual(notFound)
      const withoutPin = `pkcs11:token=Issuing%20keys;object=key%20ES256?module-path=${hsm.modulePath}`
      expect(await refusal(withoutPin)).toEqual(notFound)
    })

    it('a token that is not there', async () => {
      const notFound = { code: 'token_not_found', backend: 'pkcs11' }
      expect(await refusal(uri('token=Other;object=key%20ES256'))).toEqual(notFound)
      expect(await refusal(uri('serial=0;object=key%20ES256'))).toEqual(notFound)
      expect(await refusal(uri('slot-id=1;object=key%20ES256'))).toEqual(notFound)
    })

    it('one of two keys, or one of two tokens', async () => {
      makeKey(token, 'P-256', 'twin', Buffer.from('a'))
      makeKey(token, 'P-256', 'twin', Buffer.from('b'))
      expect(await refusal(uri('object=twin'))).toMatchObject({ code: 'key_ambiguous' })
      expect(await refusal(uri('object=twin;id=a'))).toBe('opened')
      expect(await refusal(`pkcs11:object=twin?module-path=${hsm.modulePath}`)).toEqual({
        code: 'token_ambiguous',
        backend: 'pkcs11',
      })
    })

    it('a module that is none', async () => {
      const reference = 'pkcs11:object=k?module-path=/etc/hostname'
      expect(await refusal(reference)).toEqual({ code: 'module_unusable', backend: 'pkcs11' })
    })

    it('without the package, and names it', async () => {
      const error = await refusal(uri('object=k'), { load: () => Promise.reject(notInstalled) })
      expect(error).toEqual({ code: 'package_missing', package: 'pkcs11js' })
    })

    it('an algorithm that the key does not have', async () => {
      const error = await refusal(`${uri('object=key%20ES256')}&algorithm=ES384`)
      expect(error).toEqual({ code: 'algorithm_unfit', algorithms: ['ES256'] })
    })
  })

  describe('when the device is lost', () => {
    it('logs in again and signs', async () => {
      const signer = await opened(uri('object=key%20ES256'))
      token.endAllSessions()
      expect((await signer.sign('text')).length).toBe(64)
      await signer.close()
    })

    it('does not sign with another key that has the name now', async () => {
      makeKey(token, 'P-256', 'replaced', Buffer.from('replaced'))
      const signer = await opened(uri('object=replaced'))
      removeObjects(token, 'replaced')
      makeKey(token, 'P-256', 'replaced', Buffer.from('replaced'))
      token.endAllSessions()
      await expect(async () => signer.sign('text')).rejects.toThrow('pkcs11: key_changed')
      await signer.close()
    })

    it('tells when the key is gone, and signs once it is back', async () => {
      makeKey(alone, 'P-256', 'k', Buffer.from('k'))
      const signer = await opened(uri('token=Alone;object=k', 'pin-value=1234'))
      rename(alone, 'k', 'hidden')
      alone.endAllSessions()
      await expect(async () => signer.sign('text')).rejects.toThrow('pkcs11: device_lost')
      rename(alone, 'hidden', 'k')
      expect((await signer.sign('text')).length).toBe(64)
      await signer.close()
    })

    it('tries a pin that was changed once, and never again', async () => {
      makeKey(locked, 'P-256', 'k', Buffer.from('k'))
      let logins = 0
      const counted = (): pkcs11js.PKCS11 => {
        const library = new pkcs11js.PKCS11()
        const logIn = library.C_Login.bind(library)
        library.C_Login = (...args) => {
          logins += 1
          logIn(...args)
        }
        return library
      }
      const counting = async () => ({
        PKCS11: function Counted() {
          return counted()
        },
      })
      // A path of its own, so that this module is loaded by the counting class.
      const module = hsm.modulePath.replace('/usr/lib/', '/usr/lib/./')
      const signer = await opened(`pkcs11:token=Locked;object=k?module-path=${module}&pin-value=1234`, {
        load: counting,
      })
      expect(logins).toBe(1)
      changePin(locked, '1234', '4321')
      locked.endAllSessions()
      for (let attempt = 0; attempt < 3; attempt++) {
        await expect(async () => signer.sign('text')).rejects.toThrow('pkcs11: login_refused')
      }
      expect(logins).toBe(2)
      await signer.close()
    })
  })
})
