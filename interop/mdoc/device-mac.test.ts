/**
 * The device's MAC for transports with a reader key (ISO/IEC 18013-5 §9.1.3.5): the model of @owf/mdoc says what it
 * covers, `node:crypto` makes the key. Not by the library's verifier, which compares the name of the algorithm with its
 * number and so takes no MAC at all.
 */
import { createECDH, createHash, createHmac, hkdfSync } from 'node:crypto'
import { sessionTranscriptOf } from '@countersign/credential/mdoc/device-signed/session-transcript'
import { presentMdocWithMac } from '@countersign/credential/mdoc/present'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { softwareKeyAgreement } from '@countersign/keys/signers/software-key'
import { CoseKey, DeviceAuthentication, DeviceResponse, type Document, KeyType } from '@owf/mdoc'
import { expect, it } from 'vitest'
import { newPerson, type Person } from '../people.testing.ts'
import { context, deviceKeyOf, privateCoseKey, theirTranscript } from './owf.testing.ts'
import { docType, issuedByUs, namespace, newDocumentSigner, sessions } from './parties.testing.ts'

const holder = newPerson()
const { redirects } = sessions

async function presentedTo(reader: Person): Promise<Document> {
  const transcript = await sessionTranscriptOf(redirects.binding, nodeCrypto)
  if (!transcript.ok) throw new Error(transcript.error.code)
  const presentation = await presentMdocWithMac(
    {
      credential: await issuedByUs(newDocumentSigner('ES256'), holder),
      disclose: [[namespace, 'given_name']],
      transcript: transcript.value,
      agree: softwareKeyAgreement(holder.jwk),
      readerKey: reader.signer.publicJwk,
    },
    nodeCrypto,
  )
  if (!presentation.ok) throw new Error(presentation.error.code)
  const [document] = DeviceResponse.fromEncodedForOid4Vp(presentation.value).documents ?? []
  if (document === undefined) throw new Error('nothing was presented')
  return document
}

async function isRight({ deviceSigned }: Document, reader: Person, nonce: string): Promise<boolean> {
  const { deviceMac } = deviceSigned.deviceAuth
  if (deviceMac === undefined) throw new Error('there is no MAC')
  const sessionTranscript = await theirTranscript({ ...redirects.theirs, nonce })
  const { deviceNamespaces } = deviceSigned
  const authentication = DeviceAuthentication.create({ sessionTranscript, docType, deviceNamespaces })
  deviceMac.detachedPayload = authentication.encode({ asDataItem: true })
  // RFC 9052 §6.3: empty where there is none; the library leaves it out.
  deviceMac.externalAad = new Uint8Array()
  const publicKey = deviceKeyOf({ ...holder.signer.publicJwk })
  return deviceMac.verify(
    { publicKey, privateKey: privateCoseKey({ ...reader.jwk }), sessionTranscript },
    withMac,
  )
}

const withMac: typeof context = {
  ...context,
  crypto: {
    ...context.crypto,
    calculateEphemeralMacKey: ({ info, privateKey, publicKey, sessionTranscriptBytes }) => {
      const agreement = createECDH('prime256v1')
      agreement.setPrivateKey(privateKey)
      const salt = createHash('sha256').update(sessionTranscriptBytes).digest()
      const key = hkdfSync('sha256', agreement.computeSecret(publicKey), salt, info, 32)
      return CoseKey.create({ keyType: KeyType.Oct, k: new Uint8Array(key) })
    },
  },
  cose: {
    ...context.cose,
    mac0: {
      sign: context.cose.mac0.sign,
      verify: ({ key, mac0 }) =>
        createHmac('sha256', key.privateKey).update(mac0.toBeAuthenticated).digest().equals(mac0.tag),
    },
  },
}

it('a device MAC of ours is right for the reader and the session that it was made for, and for no other', async () => {
  const reader = newPerson()
  const document = await presentedTo(reader)
  const { nonce } = redirects.theirs
  expect(await isRight(document, reader, nonce)).toBe(true)
  expect(await isRight(document, newPerson(), nonce)).toBe(false)
  expect(await isRight(document, reader, 'another nonce')).toBe(false)
})
