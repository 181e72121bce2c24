/**
 * Each credential format as somebody has it who wants to deceive: what a verifier asks for, a credential in good order
 * that any key signs, and its presentation for any request by any signer.
 */
import type { JsonObject } from '@countersign/core/json'
import type {
  ClaimPath,
  CredentialFormat,
  IssueInput,
  PresentInput,
} from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { claims } from '../client/flows.ts'
import { type Held, identityType, type ReceivedRequest } from '../client/protocol-wallet.ts'
import { newKey, now } from '../people/keys.ts'

/** What a deployment signs credentials with. */
export interface IssuerKeys {
  readonly issuerKey: Signer
  readonly documentKey: Signer
}

export interface Kind {
  readonly format: FormatId
  /** Of one credential, under the id `asked`. */
  readonly query: JsonObject
  readonly paths: readonly ClaimPath[]
  readonly contents: Pick<IssueInput, 'type' | 'claims' | 'selectivelyDisclosable'>
  readonly codec: CredentialFormat
  /** Whom a verifier of the deployment believes. */
  trustedKey(keys: IssuerKeys): Signer
}

function kind(
  codec: CredentialFormat,
  meta: JsonObject,
  paths: readonly ClaimPath[],
  contents: Omit<Kind['contents'], 'selectivelyDisclosable'>,
  selectivelyDisclosable: readonly ClaimPath[] = [],
): Kind {
  return {
    format: codec.id,
    query: { id: 'asked', format: codec.id, meta, claims: paths.map((path) => ({ path: [...path] })) },
    paths,
    contents: { ...contents, selectivelyDisclosable },
    codec,
    trustedKey: ({ documentKey, issuerKey }) => (codec.id === 'mso_mdoc' ? documentKey : issuerKey),
  }
}

const ofSubject = [
  ['credentialSubject', 'given_name'],
  ['credentialSubject', 'family_name'],
]
const identity = { type: 'IdentityCredential', claims: { credentialSubject: claims } }
const identityTypes = { type_values: [['IdentityCredential']] }
const names = [['given_name'], ['family_name']]

export const licenceType = 'org.iso.18013.5.1.mDL'
export const licenceNamespace = 'org.iso.18013.5.1'
const licence = { family_name: 'Example', given_name: 'Ada', document_number: 'A1234567', age_over_18: true }

export const sdJwtKind = kind(
  sdJwtVc,
  { vct_values: [identityType] },
  names,
  { type: identityType, claims },
  names,
)
export const mdocKind = kind(
  mdoc,
  { doctype_value: licenceType },
  [
    [licenceNamespace, 'family_name'],
    [licenceNamespace, 'given_name'],
  ],
  { type: licenceType, claims: { [licenceNamespace]: licence } },
)
export const jwtVcKind = kind(jwtVcJson, identityTypes, ofSubject, identity)
export const vcJwtKind = kind(vcJwt, identityTypes, ofSubject, identity)
export const vcSdJwtKind = kind(vcSdJwt, identityTypes, ofSubject, identity, ofSubject)

export const kinds: readonly Kind[] = [sdJwtKind, mdocKind, jwtVcKind, vcJwtKind, vcSdJwtKind]
/** Where the holder's proof is a JWT behind the disclosures. */
export const boundByKeyBinding: readonly Kind[] = [sdJwtKind, vcSdJwtKind]
/** Where it is a JWT around the credential. */
export const boundByPresentation: readonly Kind[] = [jwtVcKind, vcJwtKind]

/** In good order but for what is given. */
export async function issueAs(
  { codec, contents }: Kind,
  signer: Signer,
  more: Partial<Omit<IssueInput, 'signer'>> = {},
  holder: Signer = newKey(),
): Promise<Held> {
  const issued = await codec.issue(
    {
      ...contents,
      holderKey: holder.publicJwk,
      issuer: 'https://issuer.example',
      issuedAt: now() - 60,
      expiresAt: now() + 3600,
      ...more,
      signer,
    },
    nodeCrypto,
  )
  if (!issued.ok) throw new Error(`${codec.id}: ${JSON.stringify(issued.error)}`)
  return { credential: issued.value, holder }
}

export async function presentAs(
  { codec, paths }: Kind,
  { request }: { readonly request: Pick<ReceivedRequest, 'clientId' | 'nonce' | 'responseUri'> },
  { credential, holder }: Held,
  change: Partial<NonNullable<PresentInput['binding']>> = {},
  disclose: readonly ClaimPath[] = paths,
): Promise<string> {
  const { clientId, nonce, responseUri } = request
  const bound = { audience: clientId, nonce, responseUri, signer: holder, issuedAt: now(), ...change }
  const made = await codec.present({ credential, disclose, binding: bound }, nodeCrypto)
  if (!made.ok) throw new Error(`${codec.id}: ${JSON.stringify(made.error)}`)
  return made.value
}

/** The same credential about somebody whose names stand nowhere else. */
export function named(kind: Kind, givenName: string, familyName: string): Kind {
  const { claims: about, ...contents } = kind.contents
  const names: Readonly<Record<string, string>> = { Ada: givenName, Example: familyName }
  const renamed = JSON.parse(JSON.stringify(about), (_, value: unknown) =>
    typeof value === 'string' ? (names[value] ?? value) : value,
  ) as JsonObject
  return { ...kind, contents: { ...contents, claims: renamed } }
}

/** One who signs in the name of another. */
export function inNameOf(victim: Signer, by: Signer = newKey()): Signer {
  return { ...victim, sign: (data) => by.sign(data) }
}

/** Every signature has a bit that is wrong. */
export function clumsy(signer: Signer): Signer {
  return {
    ...signer,
    sign: async (data) => {
      const signature = Uint8Array.from(await signer.sign(data))
      signature[10] = (signature[10] ?? 0) ^ 1
      return signature
    },
  }
}
