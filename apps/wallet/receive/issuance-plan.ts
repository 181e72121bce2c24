/**
 * What taking an offer up would mean, decided before anything is sent: a code is spent by trying, so an offer that the
 * wallet could not finish is refused while it is still whole. Pure but for the types; nothing is fetched here.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import type { Signer } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { didFromKey } from '@countersign/did/did'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import type { OfferedConfiguration } from '@countersign/protocol/openid4vci/metadata/read-metadata'
import type { CredentialOffer } from '@countersign/protocol/openid4vci/offer'
import type { KeptLook } from '../credentials/credentials.ts'
import { issuerDisplay } from '../credentials/issuer-display.ts'
import type { NamedKey } from '../dids/dids.ts'
import { provesPossession } from '../keys/key-types.ts'
import { type ChosenGrant, chooseGrant, type GrantRefusal } from './authorization-plan.ts'
import { planCopies } from './copies-plan.ts'
import type { Issuer } from './fetch-offer.ts'
import { agreeOnEncryption, type EncryptionRefusal } from './message-encryption.ts'

export interface IssuancePlan {
  readonly grant: ChosenGrant
  readonly configurations: readonly PlannedConfiguration[]
}

interface Unusable {
  readonly configurationId: string
  readonly reason: UnusableReason
}

export interface PlannedConfiguration {
  readonly id: string
  readonly format: string
  /** Type that the credential must have; absent where the issuer does not tell. */
  readonly type?: string | undefined
  /** Absent where the issuer has none for it alone. */
  readonly scope?: string | undefined
  /** How the proof names the key; absent: no proof, and no binding. */
  readonly keyReference?: 'jwk' | { readonly kid: string } | undefined
  readonly look?: KeptLook | undefined
  /** How many are asked for at once, each for a fresh key. Absent: one, for the holder's key. */
  readonly copies?: number | undefined
}

export type PlanRefusal =
  | GrantRefusal
  | { readonly code: 'tx_code_needed' }
  | ({ readonly code: 'configuration_unusable' } & Unusable)
  | EncryptionRefusal
  /** No issuer takes a key proof, and no verifier a presentation, that is signed with this. */
  | { readonly code: 'key_cannot_prove'; readonly algorithm: SignatureAlgorithm }

export type UnusableReason =
  | 'not_in_metadata'
  | 'format'
  | 'proof_type'
  | 'proof_algorithm'
  | 'key_attestation'
  | 'binding_method'

export interface PlanInput {
  readonly offer: CredentialOffer
  readonly issuer: Issuer
  readonly signer: Pick<Signer, 'algorithm' | 'publicJwk'>
  /** What the wallet calls the key beside itself. */
  readonly names: readonly NamedKey[]
  /** The DID that the caller chose, where it did. */
  readonly did?: string | undefined
  readonly txCode: string | undefined
  readonly formats: FormatRegistry
  /** How many copies this wallet wants. */
  readonly batchCopies: number
}

export function planIssuance(input: PlanInput): Result<IssuancePlan, PlanRefusal> {
  const { offer, issuer, signer, txCode } = input
  const grant = chooseGrant(offer, issuer)
  if (!grant.ok) return grant
  if (needsTxCode(grant.value) && txCode === undefined) return refuse({ code: 'tx_code_needed' })
  const encryption = agreeOnEncryption(issuer.metadata)
  if (!encryption.ok) return encryption
  const configurations: PlannedConfiguration[] = []
  let unusable: Unusable | undefined
  for (const id of offer.configurationIds) {
    const configuration = issuer.metadata.configurations.get(id)
    if (configuration?.proofRequired === true && !provesPossession(signer.algorithm))
      return refuse({ code: 'key_cannot_prove', algorithm: signer.algorithm })
    const planned = planConfiguration(id, configuration, input)
    if (typeof planned !== 'string') configurations.push(planned)
    else if (isHopeless(planned)) unusable ??= { configurationId: id, reason: planned }
    else return refuse({ code: 'configuration_unusable', configurationId: id, reason: planned })
  }
  return configurations.length === 0 && unusable !== undefined
    ? refuse({ code: 'configuration_unusable', ...unusable })
    : ok({ grant: grant.value, configurations })
}

function needsTxCode(grant: ChosenGrant): boolean {
  return grant.type === PRE_AUTHORIZED_CODE && grant.txCode !== undefined
}

/** What is wrong with an offer for every key of this wallet: to be told before anybody looks at it. */
export function refuseHopeless(
  offer: CredentialOffer,
  issuer: Issuer,
  formats: FormatRegistry,
): Result<undefined, PlanRefusal> {
  const { configurationIds } = offer
  const { metadata } = issuer
  const grant = chooseGrant(offer, issuer)
  if (!grant.ok) return grant
  const encryption = agreeOnEncryption(metadata)
  if (!encryption.ok) return encryption
  const faults = configurationIds.map((id) => hopelessReason(metadata.configurations.get(id), formats))
  const [configurationId = ''] = configurationIds
  const [reason] = faults
  return reason !== undefined && !faults.includes(undefined)
    ? refuse({ code: 'configuration_unusable', configurationId, reason })
    : ok(undefined)
}

/** Why no key of this wallet could receive it; undefined where one might. */
export function hopelessReason(
  configuration: OfferedConfiguration | undefined,
  formats: FormatRegistry,
): UnusableReason | undefined {
  if (configuration === undefined) return 'not_in_metadata'
  if (formats.get(configuration.format) === undefined) return 'format'
  if (!configuration.proofRequired) return undefined
  if (configuration.keyAttestationRequired) return 'key_attestation'
  return configuration.proofAlgorithms === undefined ? 'proof_type' : undefined
}

/** No key of this wallet would change it: the rest of the offer is taken up without it. With another key more may come. */
function isHopeless(reason: UnusableReason): boolean {
  return reason !== 'proof_algorithm' && reason !== 'binding_method'
}

function planConfiguration(
  id: string,
  configuration: OfferedConfiguration | undefined,
  input: PlanInput,
): PlannedConfiguration | UnusableReason {
  const { signer, formats } = input
  if (configuration === undefined) return 'not_in_metadata'
  const format = formats.get(configuration.format)
  if (format === undefined) return 'format'
  const look = { displays: [], claims: [], ...issuerDisplay(configuration), receivedFrom: input.offer.issuer }
  const { scope, type } = configuration
  const planned = { id, format: format.id, type, scope, look }
  if (!configuration.proofRequired) return planned
  if (configuration.keyAttestationRequired) return 'key_attestation'
  if (configuration.proofAlgorithms === undefined) return 'proof_type'
  if (!configuration.proofAlgorithms.includes(signer.algorithm)) return 'proof_algorithm'
  const keyReference = referenceTo(input, configuration.bindingMethods)
  if (keyReference === undefined) return 'binding_method'
  const { batchSize } = input.issuer.metadata
  const { copies } = planCopies(configuration, { batchSize, did: input.did, wanted: input.batchCopies })
  return { ...planned, keyReference, copies }
}

/**
 * The DID that the caller chose where its method is taken, since the issuer may name its subject by it; otherwise the key
 * itself, which tells the least; otherwise any DID of it (OpenID4VCI 1.0 appendix F.1).
 */
function referenceTo(
  { did: chosen, names, signer: { publicJwk } }: PlanInput,
  methods: readonly string[],
): PlannedConfiguration['keyReference'] {
  const taken = names.filter(({ did }) => methods.includes(did.split(':', 2).join(':')))
  const wanted = taken.find(({ did }) => did === chosen)
  if (wanted !== undefined) return { kid: wanted.keyUrl }
  if (methods.length === 0 || methods.includes('jwk') || methods.includes('cose_key')) return 'jwk'
  const [name] = taken
  if (name !== undefined) return { kid: name.keyUrl }
  if (methods.includes('did:jwk')) return { kid: `${didFromKey('jwk', publicJwk)}#0` }
  if (!methods.includes('did:key')) return undefined
  const did = didFromKey('key', publicJwk)
  return { kid: `${did}#${did.slice('did:key:'.length)}` }
}
