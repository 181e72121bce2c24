/**
 * Why a deployment or a key cannot be opened, in a sentence for the operator with what to do about it. Loaded when a start is
 * refused and not before. A refusal without a sentence is a mistake of types.
 */
import { showDateTime } from '@countersign/core/date-time'
import type { DeploymentRefusal, SignerRefusal } from '@countersign/keys/deployment/deployment'
import type { OpenSignerRefusal } from '@countersign/keys/open-signer'
import { refusalInWords } from './configured-file.ts'

type Sentences<R extends { readonly code: string }> = {
  readonly [Code in R['code']]: (refusal: Extract<R, { readonly code: Code }>) => string
}

function sentence<R extends { readonly code: string }>(sentences: Sentences<R>, refusal: R): string {
  const told: Partial<Record<string, (refusal: never) => string>> = sentences
  return told[refusal.code]?.(refusal as never) ?? refusalInWords(refusal)
}

const SECRET = 'COUNTERSIGN_SECRET or secretFile'
const NEW_STORES = 'or start with empty stores (docker compose down -v) when what is in them may be lost'

export function deploymentSentence(refusal: DeploymentRefusal): string {
  return sentence(DEPLOYMENT, refusal)
}

const DEPLOYMENT: Sentences<DeploymentRefusal> = {
  secret_missing: ({ recorded }) =>
    recorded === undefined
      ? `the deployment secret is missing: set ${SECRET}; "countersign keys secret" makes one`
      : `the stores were sealed under a secret of the fingerprint ${recorded}, and none is given: set ${SECRET} to that one, ${NEW_STORES}`,
  secret_too_short: ({ minimumBytes }) =>
    `the deployment secret is shorter than ${minimumBytes} bytes: set ${SECRET}; "countersign keys secret" makes one`,
  secret_mismatch: ({ fingerprint, recorded }) =>
    `the stores were sealed under another secret (fingerprint ${recorded}) than the one that is given (${fingerprint}): set ${SECRET} to the earlier one, ${NEW_STORES}`,
  secret_kept_in_store: () =>
    `the store holds a secret that was made in development, which production does not take: use other stores or another keyPrefix, and set ${SECRET}`,
  identity_unreadable: ({ record }) =>
    `the record "${record}" of the deployment's identity cannot be read: put the folder identity/ of the data directory back from a backup, ${NEW_STORES}`,
}

type KeyRefusal = OpenSignerRefusal | SignerRefusal

/** What an operator calls the key and its certificates: the file, or the key of the configuration. */
export interface KeyNames {
  readonly key: string
  readonly certificates: string
  /** What to set where there is none. */
  readonly settings: string
}

export function keySentence(refusal: KeyRefusal, names: KeyNames): string {
  return sentence(keySentences(names), refusal)
}

function keySentences({ key, certificates, settings }: KeyNames): Sentences<KeyRefusal> {
  return {
    key_missing: ({ purpose }) => `the ${purpose} key is missing: set ${settings}`,
    key_invalid: ({ cause }) => keySentence(cause, { key, certificates, settings }),
    certificates_invalid: ({ cause }) => keySentence(cause, { key, certificates, settings }),
    ...chainSentences(certificates),
    identity_unreadable: DEPLOYMENT.identity_unreadable,
    key_malformed: ({ reason }) =>
      `${key} holds no private key as PEM (PKCS #8) or JWK: ${reason.replaceAll('_', ' ')}`,
    key_not_private: () => `${key} holds a public key: the private one is needed`,
    key_unsupported: ({ keyType }) =>
      `${key} is of a kind that nobody here signs with (${keyType}): P-256, P-384, P-521, Ed25519 and RSA are`,
    key_backend_unsupported: ({ backend }) =>
      `${key} lives in ${backend}, which is not spoken here: pkcs11:, vault: and aws-kms: are`,
    file_unreadable: () =>
      `${key} cannot be read, or is larger than any key: is it there, and may this user read it?`,
    algorithm_unfit: ({ algorithms }) =>
      `${key} cannot sign with the algorithm that is asked for: it signs with ${algorithms.join(', ')}`,
    trial_signature_invalid: ({ backend }) =>
      `${key} made a signature that its public key does not verify: the two keys in ${backend} differ`,
    reference_scheme_unknown: () =>
      `${key} is no reference to a key: file:, pkcs11:, vault: and aws-kms: begin one`,
    reference_malformed: ({ part }) => `${key} has a part that cannot be read: ${part}`,
    signer_unavailable: ({ backend, reason }) =>
      `${backend}, asked for ${key}, does not sign: ${reason.replaceAll('_', ' ')}`,
    package_missing: (missing) =>
      `${key} needs a package that does not come along: npm install ${missing.package}`,
    module_unusable: ({ backend }) =>
      `the library for ${backend} does not load: is its module for this system?`,
    insecure_url: ({ backend }) => `${key} names ${backend} by http: beyond this machine it must be https:`,
    region_missing: () => `${key} names no region: add region=…, or set AWS_REGION`,
    login_missing: ({ backend }) =>
      `${key} has no credential for ${backend}: add one, or set it in the environment`,
    token_not_found: ({ backend }) => `${backend}, asked for ${key}, has no such token`,
    token_ambiguous: ({ backend }) => `${key} fits several tokens of ${backend}: name one by serial or slot`,
    key_not_found: ({ backend }) => `${backend}, asked for ${key}, has no such key`,
    key_ambiguous: ({ backend }) => `${key} fits several keys of ${backend}: name one by id`,
  }
}

type ChainRefusal = Extract<SignerRefusal, { readonly code: 'certificates_invalid' }>['cause']

function chainSentences(chain: string): Sentences<ChainRefusal> {
  return {
    certificates_malformed: ({ index }) =>
      `${chain} cannot be read at certificate ${index + 1}: PEM, the signer's first`,
    certificates_count: ({ found, max }) =>
      `${chain} holds ${found} certificates: 1 to ${max} are taken, the signer's first`,
    certificate_of_other_key: () =>
      `${chain} begins with the certificate of another key: name the two that belong together`,
    leaf_self_signed: () =>
      `${chain} begins with a self-signed certificate: one below an authority is needed ("countersign keys certificate" makes one)`,
    leaf_is_ca: () => `${chain} begins with the certificate of an authority: the signer's own comes first`,
    certificates_out_of_order: ({ index }) =>
      `${chain} is out of order: certificate ${index + 1} is not signed by the one after it`,
    certificate_not_valid_now: ({ index, notBefore, notAfter }) =>
      `${chain} is not valid now: certificate ${index + 1} is from ${day(notBefore)} to ${day(notAfter)}; renew it, or set the clock`,
  }
}

function day(epochSeconds: number): string {
  return showDateTime(epochSeconds).slice(0, 10)
}
