/**
 * `countersign keys authority` and `keys certificate`: an authority, and below it certificates for whoever signs requests,
 * credentials, status lists, attestations of wallets or lists of trusted entities. Keys stay where they are; mdocs have a
 * profile of their own, for which the issuer has calls.
 */
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { fileReference } from '@countersign/keys/backends/key-reference'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { OpenedSigner } from '@countersign/keys/open-signer'
import { openKey } from '@countersign/service/compose/service-signers'
import { type KeyNames, keySentence } from '@countersign/service/compose/start-sentences'
import { SYSTEM_CLOCK } from '@countersign/service/operation/clock'
import {
  makeAuthority,
  makeSignerCertificate,
  type SignerCertificateRequest,
  type SignerPurpose,
} from '@countersign/x509/make/signer-certificate'
import { type Arguments, describeMistake, readArguments } from '../command/arguments.ts'
import type { Surroundings } from '../command/command.ts'
import type { FlagTable } from '../command/flags.ts'
import { AUTHORITY_FLAGS, CERTIFICATE_FLAGS } from './flags.ts'

const PURPOSES: Readonly<Record<string, SignerPurpose>> = {
  issuer: 'issuer',
  'request-signing': 'request_signing',
  'status-list': 'status_list',
  'wallet-provider': 'wallet_provider',
  'trust-list': 'trust_list',
}

const DAY_SECONDS = 86_400
const { now } = SYSTEM_CLOCK

/** Of the operator: told in one line. */
class Mistake extends Error {}

export async function printCertificate(
  action: 'authority' | 'certificate',
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const opened: OpenedSigner[] = []
  const open = async (reference: string) => {
    const signer = await openOperatorsKey(reference, surroundings.cwd)
    opened.push(signer)
    return signer
  }
  try {
    const pem = await (action === 'authority' ? authority(argv, open) : certificate(argv, open, surroundings))
    surroundings.print(pem.trimEnd())
    return 0
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    surroundings.complain(error.message)
    return 2
  } finally {
    for (const signer of opened) await signer.close()
  }
}

type OpenKey = (reference: string) => Promise<OpenedSigner>

async function authority(argv: readonly string[], open: OpenKey): Promise<string> {
  const flags = read(AUTHORITY_FLAGS, argv)
  const common = commonOf(flags)
  const made = await makeAuthority({ key: await open(needed(flags, 'key')), ...common }, nodeCrypto)
  if (!made.ok) throw refused(made.error)
  return made.value.certificatePem
}

async function certificate(argv: readonly string[], open: OpenKey, { cwd }: Surroundings): Promise<string> {
  const [word = '', ...rest] = argv
  const purpose = purposeOf(word)
  const flags = read(CERTIFICATE_FLAGS, rest)
  const common = commonOf(flags)
  const certificatePem = readText(resolve(cwd, needed(flags, 'authorityCertFile')))
  const request: SignerCertificateRequest = {
    purpose,
    authority: { key: await open(needed(flags, 'authorityKey')), certificatePem },
    publicJwk: await publicKeyOf(flags, open, cwd),
    ...namesOf(flags, purpose),
    extendedKeyUsage: several(flags, 'extendedKeyUsage'),
    ...common,
  }
  const made = await makeSignerCertificate(request, nodeCrypto)
  if (!made.ok) throw refused(made.error)
  return made.value.certificatePem
}

/** SD-JWT VC §2.5: what an issuer calls itself by is compared with these names, and never with the subject. */
function namesOf(
  flags: Arguments,
  purpose: SignerPurpose,
): Pick<SignerCertificateRequest, 'dnsNames' | 'uris'> {
  const names = { dnsNames: several(flags, 'dnsName'), uris: several(flags, 'uri') }
  if (purpose === 'issuer' && names.dnsNames.length + names.uris.length === 0)
    throw new Mistake('--dnsName is needed: the host of the issuer, which its credentials name, or --uri')
  return names
}

function purposeOf(word: string): SignerPurpose {
  const purpose = Object.hasOwn(PURPOSES, word) ? PURPOSES[word] : undefined
  if (purpose !== undefined) return purpose
  const names = Object.keys(PURPOSES)
  throw new Mistake(`a certificate is for ${names.join(', ')}${didYouMean(nearestWord(word, names))}`)
}

function commonOf(flags: Arguments) {
  const moment = now()
  const days = flags.count('days')
  return {
    now: moment,
    name: {
      country: flags.text('country'),
      organization: flags.text('organization'),
      commonName: needed(flags, 'name'),
    },
    ...(days !== undefined && { notBefore: moment, notAfter: moment + days * DAY_SECONDS }),
    crlDistributionPointUri: flags.text('crl'),
  }
}

/** The private key is not needed: whoever runs the authority need not have the key of the signer. */
async function publicKeyOf(flags: Arguments, open: OpenKey, cwd: string): Promise<PublicJwk> {
  const [key, file] = [flags.text('key'), flags.text('publicKeyFile')]
  if ((key === undefined) === (file === undefined)) throw new Mistake('give either --key or --publicKeyFile')
  if (key !== undefined) return (await open(key)).publicJwk
  const jwk = parsePublicJwk(jwkOfPem(readText(resolve(cwd, file ?? ''))))
  if (!jwk.ok) throw new Mistake(`the public key cannot be used: ${jwk.error.code}`)
  return jwk.value
}

function jwkOfPem(pem: string): unknown {
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) {
    throw new Mistake('--publicKeyFile holds no public key as PEM')
  }
  try {
    return createPublicKey(pem).export({ format: 'jwk' })
  } catch {
    throw new Mistake('the public key cannot be read')
  }
}

const NAMES: KeyNames = { key: 'the given key', certificates: 'its certificates', settings: '--key' }

/** A path is what people have at hand; a reference begins with its kind. */
async function openOperatorsKey(reference: string, cwd: string): Promise<OpenedSigner> {
  const isReference = /^(file|pkcs11|vault|aws-kms):/i.test(reference)
  const opened = await openKey(isReference ? reference : fileReference(resolve(cwd, reference)), { now })
  if (!opened.ok) throw new Mistake(keySentence(opened.error, NAMES))
  return opened.value
}

function read(kinds: FlagTable, argv: readonly string[]): Arguments {
  const flags = readArguments(kinds, argv)
  if (!flags.ok) throw new Mistake(describeMistake(flags.error))
  return flags.value
}

function needed(flags: Arguments, flag: string): string {
  const value = flags.text(flag)
  if (value === undefined) throw new Mistake(`--${flag} is needed; countersign keys --help`)
  return value
}

function several(flags: Arguments, flag: string): readonly string[] {
  return flags.text(flag)?.split(',') ?? []
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Mistake(`${file} cannot be read`)
  }
}

function refused(refusal: { readonly code: string }): Mistake {
  return new Mistake(`the certificate cannot be made: ${JSON.stringify(refusal)}`)
}
