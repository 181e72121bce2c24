/** Keys that an issue call brings along: of kinds that cannot sign the format, that are no pair, or under other names. */

import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import {
  generateKeyOfType,
  generateSoftwareKey,
  type PrivateJwk,
} from '@countersign/keys/signers/software-key'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { credentialOf, keyProof, requestCredential } from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { strangersKey } from '@countersign/testing/people/stranger'
import { type BadInput, chapter, type RunnableCase } from '../case.ts'
import { anyOffer, grant, offerOfIssuer } from '../stages.ts'
import { sendJson } from '../wire.ts'

type MakeMembers = () => object | Promise<object>

function key(one: FormatCase, name: string, message: RegExp, make: MakeMembers): BadInput<undefined> {
  return {
    name,
    status: 400,
    message,
    send: async (_, { issuer }) =>
      sendJson(`${issuer.url}/openid4vc/${one.family}/issue`, { ...one.order, ...(await make()) }),
  }
}

const jwk = (value: object) => ({ issuerKey: { type: 'jwk', jwk: value } })
const unusable = /issuerKey cannot be used/

function keys(one: FormatCase): readonly BadInput<undefined>[] {
  const bad = (name: string, message: RegExp, make: MakeMembers) => key(one, name, message, make)
  return [
    bad('a key that is a text', /issuerKey/, () => ({ issuerKey: 'x' })),
    bad('a key that is empty', unusable, () => ({ issuerKey: {} })),
    bad('a key of an unknown type', unusable, () => ({ issuerKey: { type: 'moon', jwk: {} } })),
    bad('a key on a curve for encryption', unusable, () =>
      jwk({ kty: 'OKP', crv: 'X25519', x: 'AA', d: 'AA' }),
    ),
    bad('a key of bytes', unusable, () => jwk({ kty: 'oct', k: 'AAAA' })),
    bad('a public key', unusable, () => jwk(newKey().publicJwk)),
    bad('a key that is no pair', unusable, () =>
      jwk({ ...generateSoftwareKey('ES256'), d: generateSoftwareKey('ES256').d }),
    ),
    bad('a certificate of another key', /certificate_of_other_key/, async () => ({
      ...(await strangersKey(one.format)),
      ...jwk(generateSoftwareKey('ES256')),
    })),
    bad('certificates that are none', unusable, () => ({
      ...jwk(generateSoftwareKey('ES256')),
      x5Chain: ['AAAA'],
    })),
    bad('seven certificates', /x5Chain/, async () => {
      const { issuerKey, x5Chain } = await strangersKey(one.format)
      return { issuerKey, x5Chain: Array.from({ length: 7 }, () => x5Chain[0]) }
    }),
    bad('certificates without a key', /x5Chain.*goes with an issuerKey/, async () => {
      const { x5Chain } = await strangersKey(one.format)
      return { x5Chain }
    }),
    bad('a name without a key', /issuerDid.*goes with an issuerKey/, () => ({
      issuerDid: 'did:web:other.example',
    })),
    ...(one.format === 'mso_mdoc' ? unknownToMdocs(one) : []),
    ...(one.family === 'jwt' ? underOtherNames(one) : []),
  ]
}

/** ISO/IEC 18013-5 §9.1.2.4 knows neither; the wallet must not be the one who finds out. */
function unknownToMdocs(one: FormatCase): readonly BadInput<undefined>[] {
  const bad = (name: string, makeKey: () => PrivateJwk | Promise<PrivateJwk>) => [
    key(one, name, unusable, async () => jwk(await makeKey())),
    key(one, `${name}, with a certificate`, /signer_algorithm_unsupported/, async () =>
      certified(await makeKey()),
    ),
  ]
  return [
    ...bad('a key on secp256k1', () => generateSoftwareKey('ES256K')),
    ...bad('a key of RSA', () => generateKeyOfType('RSA')),
  ]
}

/** By an authority of the caller's own: whether anybody believes it is for the verifiers to say. */
function certified(privateJwk: PrivateJwk): object {
  const now = Math.floor(Date.now() / 1000)
  const ca = createDevelopmentCa({ name: 'Authority of the caller', now })
  const names = { subject: 'Caller', dnsNames: ['caller.example'], uris: [] }
  const certificate = issueCertificate({ ca, publicJwk: bareKey(privateJwk), ...names, days: 1, now })
  return { ...jwk(privateJwk), x5Chain: [certificate] }
}

/** The issuer of a W3C credential is a URL, and a DID that is a key is no other key. */
function underOtherNames(one: FormatCase): readonly BadInput<undefined>[] {
  const named = (issuerDid: string) => () => ({ ...jwk(generateSoftwareKey('ES256')), issuerDid })
  return [
    key(one, 'the name of another key', /issuer_key_wrong/, named(didFromKey('jwk', newKey().publicJwk))),
    key(one, 'a name that is no DID, and no URL', /issuer_malformed/, named('issuer')),
    key(one, 'a DID that is malformed', /issuer_malformed/, named('did:jwk:AAAA')),
  ]
}

/** What the trial is for: whoever may sign is not refused, and whom the offer was made to gets the credential. */
function inOrder(one: FormatCase, keyType: string): RunnableCase {
  return {
    name: `${one.format}, a key of ${keyType} under its own name`,
    async run({ issuer }) {
      const onboarded = expectStatus(
        await postJson(`${issuer.url}/onboard/issuer`, { key: { keyType } }),
        200,
      )
      const data = { credentialData: undefined, ...one.order }
      const offered = await offerOfIssuer(issuer.url, { ...data, ...onboarded.json() })
      const { accessToken, holder, nonce, sender } = await grant(offered)
      const proof = await keyProof(issuer.url, nonce, holder)
      const configurationId = offered.offer.configurationIds[0] ?? ''
      const request = { accessToken, configurationId, proof }
      credentialOf(expectStatus(await requestCredential(issuer.url, sender, request), 200))
    },
  }
}

export const issuerKeyChapters = [
  ...formatCases.map((one) => chapter(`issue calls for ${one.format}, the key`, anyOffer, keys(one))),
  {
    name: 'issue calls with a key that is in order',
    cases: formatCases.flatMap((one) => ['secp256r1', 'secp384r1'].map((type) => inOrder(one, type))),
  },
]
