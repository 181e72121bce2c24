/**
 * An mdoc's proof of its device over the session transcript (ISO/IEC 18013-5 §9.1.3, OpenID4VP 1.0 appendix B.2.6): for another transcript, by
 * another key, and of what the device may not say.
 */
import type { CborInput } from '@countersign/crypto/cbor/value'
import type { KeyAgreement, Signer } from '@countersign/crypto/engine'
import { bareKey, parsePublicJwk } from '@countersign/crypto/jwk'
import {
  generateSoftwareKey,
  softwareKeyAgreement,
  softwareSigner,
} from '@countersign/keys/signers/software-key'
import { rewriteCbor, withEntry } from '@countersign/testing/forging/cbor'
import { licenceNamespace, licenceType } from '@countersign/testing/forging/credential-kinds'
import {
  agreedMacKey,
  type DeviceStatement,
  provenAgain,
  provenByMac,
  transcriptOf,
} from '@countersign/testing/forging/device-proof'
import { newKey } from '@countersign/testing/people/keys'
import { type Asked, answerOf, issued, shown } from '../testing/two-instances.testing.ts'
import { addressOf, boundElsewhere } from './holder-mutations.testing.ts'
import {
  CLEAR_MODES,
  ENCRYPTED_MODES,
  MDOCS,
  type Mutation,
  ofPresentation,
  POSTED_MODES,
} from './mutation.testing.ts'
import { DEVICE_SIGNATURE } from './parts.testing.ts'

const attacker = newKey()

const transcripts = [
  boundElsewhere(
    'the transcript: the address of another session',
    'signature_invalid',
    ({ binding }) => ({ responseUri: `${binding.responseUri}2` }),
    { kinds: MDOCS, modes: POSTED_MODES },
  ),
  boundElsewhere(
    'the transcript: an address at another verifier',
    'signature_invalid',
    () => ({ responseUri: 'https://attacker.example/' }),
    { kinds: MDOCS, modes: POSTED_MODES },
  ),
  boundElsewhere(
    'the transcript: a key for encryption, though none was given',
    'signature_invalid',
    () => ({ encryptionKeyThumbprint: 'A'.repeat(43) }),
    { kinds: MDOCS, modes: CLEAR_MODES },
  ),
  boundElsewhere(
    'the transcript: another key for encryption',
    'signature_invalid',
    () => ({ encryptionKeyThumbprint: 'A'.repeat(43) }),
    { kinds: MDOCS, modes: ENCRYPTED_MODES },
  ),
  boundElsewhere(
    'the transcript: no key for encryption, as for an answer in the clear',
    'signature_invalid',
    () => ({ encryptionKeyThumbprint: undefined }),
    { kinds: MDOCS, modes: ENCRYPTED_MODES },
  ),
]

/** What a request is about, in the order of OpenID4VP 1.0 appendix B.2.6: the address where there is one. */
function about({ binding }: Asked): readonly CborInput[] {
  const { audience, encryptionKeyThumbprint: thumbprint, nonce, responseUri } = binding
  const key = thumbprint === undefined ? null : Buffer.from(thumbprint, 'base64url')
  return responseUri === undefined
    ? [audience.replace('origin:', ''), nonce, key]
    : [audience, nonce, key, responseUri]
}

const BY_POST = 'OpenID4VPHandover'
const BY_BROWSER = 'OpenID4VPDCAPIHandover'

const handoverOf = ({ binding }: Asked) => (binding.responseUri === undefined ? BY_BROWSER : BY_POST)

/** In good order. */
export function statementFor(request: Asked): DeviceStatement {
  return { transcript: transcriptOf(handoverOf(request), about(request)), docType: licenceType }
}

/** A proof by the device itself, of what it may not say or in a way that is none. */
function ofDevice(
  what: string,
  by: string,
  statement: (request: Asked) => Partial<DeviceStatement>,
  signer?: typeof attacker,
): Mutation {
  return ofPresentation({ what, kinds: MDOCS, ends: 'refused', by }, async (request, held) => {
    return provenAgain(
      await shown(request, { held }),
      { ...statementFor(request), ...statement(request) },
      signer ?? held.holder,
    )
  })
}

const devices = [
  ofDevice("the device's key: another", 'signature_invalid', () => ({}), attacker),
  ofDevice('the transcript: the name of the other handover', 'signature_invalid', (request) => ({
    transcript: transcriptOf(handoverOf(request) === BY_POST ? BY_BROWSER : BY_POST, about(request)),
  })),
  ofDevice('the transcript: the whole of the other handover', 'signature_invalid', (request) => ({
    transcript:
      handoverOf(request) === BY_POST
        ? transcriptOf(BY_BROWSER, ['https://verifier.example', ...about(request).slice(1, 3)])
        : transcriptOf(BY_POST, [request.session.clientId, ...about(request).slice(1), addressOf(request)]),
  })),
  ofDevice('the transcript: its members in another order', 'signature_invalid', (request) => ({
    transcript: transcriptOf(handoverOf(request), about(request).toReversed()),
  })),
  ofDevice('the transcript: without the key for encryption', 'signature_invalid', (request) => ({
    transcript: transcriptOf(handoverOf(request), about(request).toSpliced(2, 1)),
  })),
  ofDevice(
    'the transcript: the older handover of ISO/IEC TS 18013-7',
    'signature_invalid',
    ({ binding }) => ({
      transcript: [null, null, [Buffer.alloc(32), Buffer.alloc(32), binding.nonce]],
    }),
  ),
  ofDevice('the transcript: none', 'signature_invalid', () => ({ transcript: null })),
  ofDevice('a proof for another document type', 'signature_invalid', () => ({
    docType: 'org.iso.23220.photoid.1',
  })),
  ofDevice('a proof that carries what it covers', 'payload_ambiguous', () => ({ attached: true })),
  ofDevice(
    'an element of the device that the issuer did not allow it',
    'device_element_unauthorized',
    () => ({
      elements: { [licenceNamespace]: { age_over_21: true } },
    }),
  ),
  ofDevice('an element of the device in a namespace of its own', 'device_element_unauthorized', () => ({
    elements: { 'example.mallory': { trusted: true } },
  })),
  ofPresentation(
    { what: 'a MAC beside the signature', kinds: MDOCS, ends: 'refused', by: 'device_auth_malformed' },
    async (request, held) =>
      rewriteCbor(await shown(request, { held }), ['documents', 0, 'deviceSigned', 'deviceAuth'], (auth) =>
        withEntry(auth, 'deviceMac', [Buffer.of(), new Map(), null, Buffer.alloc(32)]),
      ),
  ),
  ofPresentation(
    { what: 'neither signature nor MAC', kinds: MDOCS, ends: 'refused', by: 'device_auth_malformed' },
    async (request, held) =>
      rewriteCbor(
        await shown(request, { held }),
        ['documents', 0, 'deviceSigned', 'deviceAuth'],
        () => new Map(),
      ),
  ),
  ofPresentation(
    {
      what: "the algorithm of the device's signature in the header that nobody signs",
      kinds: MDOCS,
      ends: 'refused',
      by: 'alg_not_allowed',
    },
    async (request, held) =>
      rewriteCbor(await shown(request, { held }), DEVICE_SIGNATURE, (value) => {
        const { items } = value as { readonly items: readonly CborInput[] }
        return [Buffer.of(), new Map([[1, -7]]), ...items.slice(2)]
      }),
  ),
]

/** Of a MAC that is in good order but for what is given. */
interface MacChange {
  readonly statement?: Partial<DeviceStatement>
  /** Whose key the device agrees with; that of the request when absent. */
  readonly reader?: Signer['publicJwk']
  /** Whose private key agrees; that of the device when absent. */
  readonly agree?: KeyAgreement
  /** For which transcript the key is made. */
  readonly keyFor?: CborInput
  readonly change?: Parameters<typeof provenByMac>[3]
}

/** The key that the answer is encrypted for. */
function readerOf({ payload }: Asked): Signer['publicJwk'] {
  const { jwks } = payload['client_metadata'] as unknown as { jwks: { keys: readonly unknown[] } }
  const key = parsePublicJwk(jwks.keys[0])
  if (!key.ok) throw new Error(key.error.code)
  return bareKey(key.value)
}

async function shownWithMac(request: Asked, made: MacChange = {}): Promise<string> {
  const jwk = generateSoftwareKey('ES256')
  const held = await issued(request, {}, softwareSigner(jwk))
  const statement = { ...statementFor(request), ...made.statement }
  const {
    agree = softwareKeyAgreement(jwk),
    keyFor = statement.transcript,
    reader = readerOf(request),
  } = made
  const macKey = await agreedMacKey(agree, reader, keyFor)
  return provenByMac(await shown(request, { held }), statement, macKey, made.change)
}

/** The right answer afterwards has a MAC as well. */
function byMac(what: string, by: string, made: (request: Asked) => MacChange): Mutation {
  return ofPresentation(
    {
      what: `a MAC: ${what}`,
      kinds: MDOCS,
      modes: ENCRYPTED_MODES,
      ends: 'refused',
      by,
      honest: async (request) => answerOf(request, await shownWithMac(request)),
    },
    (request) => shownWithMac(request, made(request)),
  )
}

const otherKey = generateSoftwareKey('ES256')
const otherTranscript = (request: Asked) => transcriptOf(handoverOf(request), about(request).toReversed())
const toTag = (change: (tag: Buffer) => Buffer): MacChange => ({
  change: ([header, unprotected, payload, tag]) => [
    header as CborInput,
    unprotected as CborInput,
    payload as CborInput,
    change(Buffer.from(tag as Uint8Array)),
  ],
})
const toHeader = (header: Buffer, unprotected = new Map<number, CborInput>()): MacChange => ({
  change: ([, , ...rest]) => [header, unprotected, ...rest],
})

const macs = [
  ofPresentation(
    {
      what: 'a MAC, where no key was given for the answer',
      kinds: MDOCS,
      modes: CLEAR_MODES,
      ends: 'refused',
      by: 'device_mac_without_encryption',
    },
    async (request, held) =>
      provenByMac(await shown(request, { held }), statementFor(request), Buffer.alloc(32)),
  ),
  byMac('by another device', 'mac_invalid', () => ({ agree: softwareKeyAgreement(otherKey) })),
  byMac('by a key of nobody', 'mac_invalid', () => ({ agree: () => Buffer.alloc(32) })),
  byMac('for the key of another reader', 'mac_invalid', () => ({ reader: bareKey(otherKey) })),
  byMac('for the key that the request is signed by', 'mac_invalid', ({ stage }) => ({
    reader: stage.here.verifier.requestSigner.publicJwk,
  })),
  byMac('over another transcript', 'mac_invalid', (request) => ({
    statement: { transcript: otherTranscript(request) },
  })),
  byMac('over another transcript, under the key of the right one', 'mac_invalid', (request) => ({
    statement: { transcript: otherTranscript(request) },
    keyFor: statementFor(request).transcript,
  })),
  byMac('over the right transcript, under the key of another', 'mac_invalid', (request) => ({
    keyFor: otherTranscript(request),
  })),
  byMac('for another document type', 'mac_invalid', () => ({
    statement: { docType: 'org.iso.23220.photoid.1' },
  })),
  byMac('of elements that the issuer did not allow', 'device_element_unauthorized', () => ({
    statement: { elements: { [licenceNamespace]: { age_over_21: true } } },
  })),
  byMac('that carries what it covers', 'payload_ambiguous', () => ({ statement: { attached: true } })),
  byMac('of 64 bits', 'mac_invalid', () => toTag((tag) => tag.subarray(0, 8))),
  byMac('without its last byte', 'mac_invalid', () => toTag((tag) => tag.subarray(0, 31))),
  byMac('empty', 'mac_invalid', () => toTag(() => Buffer.alloc(0))),
  byMac('with a byte behind it', 'mac_invalid', () => toTag((tag) => Buffer.concat([tag, Buffer.of(0)]))),
  byMac('its algorithm HMAC 256/64', 'alg_not_allowed', () => toHeader(Buffer.of(0xa1, 0x01, 0x04))),
  byMac('its algorithm that of a signature', 'alg_not_allowed', () => toHeader(Buffer.of(0xa1, 0x01, 0x26))),
  byMac('its algorithm in the header that nothing covers', 'alg_not_allowed', () =>
    toHeader(Buffer.of(), new Map([[1, 5]])),
  ),
]

export const DEVICE_MUTATIONS: readonly Mutation[] = [...transcripts, ...devices, ...macs]
