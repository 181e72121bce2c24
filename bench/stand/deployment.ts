/**
 * What a production deployment is given: a CA of its own, keys and certificates for issuer, status lists and verifier, a
 * secret and a management credential, as files in a temporary folder.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '@countersign/crypto/engine'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { documentSignerUnder, iaca } from '@countersign/testing/people/authorities'
import { newKey, now } from '@countersign/testing/people/keys'

const DAY_SECONDS = 86_400

export interface BenchDeployment {
  readonly folder: string
  readonly secret: string
  readonly managementApiKey: string
  /** The issuer's key in this process, to fill wallets with credentials that the verifier believes. */
  readonly issuer: Signer
  /** Signs mdocs that the verifier believes. */
  readonly documentSigner: Signer
  /** Vouches for wallets. */
  readonly attester: Signer
  readonly issuerUrl: string
  readonly verifierUrl: string
  remove(): Promise<void>
}

export async function makeDeployment(): Promise<BenchDeployment> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'))
  await mkdir(join(folder, 'config'))
  const ca = createDevelopmentCa({ name: 'Bench CA', now: now() })
  const period = { notBefore: now() - DAY_SECONDS, notAfter: now() + DAY_SECONDS }
  const root = await iaca('Bench IACA', period)
  const { jwk, made } = await documentSignerUnder(root, period)
  await writeFile(join(folder, 'ca.pem'), pem(ca.certificate) + pem(root.made.certificate))
  const make = async (name: string, url: string) => {
    const key = generateSoftwareKey('ES256')
    const certificate = issueCertificate({
      ca,
      publicJwk: key,
      subject: name,
      dnsNames: [new URL(url).hostname],
      uris: [url],
      days: 1,
      now: now(),
    })
    await writeFile(join(folder, `${name}.json`), JSON.stringify(key))
    await writeFile(join(folder, `${name}.pem`), pem(certificate))
    return softwareSigner(key, { x5c: [certificate] })
  }
  const issuerUrl = 'https://issuer.example'
  const verifierUrl = 'https://verifier.example'
  const issuer = await make('issuer', issuerUrl)
  await make('verifier', verifierUrl)
  await make('status', issuerUrl)
  return {
    folder,
    issuer,
    documentSigner: softwareSigner(jwk, { x5c: [made.certificate] }),
    attester: newKey(),
    issuerUrl,
    verifierUrl,
    secret: randomBytes(32).toString('base64url'),
    managementApiKey: randomBytes(32).toString('base64url'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

function pem(base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
