import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { NO_METRICS } from '@countersign/service/operation/metrics'
import { afterAll, describe, expect, it } from 'vitest'
import { openIssuerSigners, signableFormats, signerFor } from './issuer-signers.ts'

const now = Math.floor(Date.now() / 1000)
// Characters that mean something in a URL are plain ones in the name of a file.
const folder = mkdtempSync(join(tmpdir(), 'issuer signers?#%20-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const jwk = generateSoftwareKey('ES256')
const { publicJwk } = softwareSigner(jwk)
const ca = createDevelopmentCa({ name: 'CA', now })
const names = { subject: 'Signer', dnsNames: [], uris: [] }
const der = issueCertificate({ ca, publicJwk, ...names, days: 30, now })
const keyFile = file('key.json', JSON.stringify(jwk))
const certFile = file('chain.pem', `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`)

async function open(settings: object) {
  const configuredSecret = 'a secret of the operator, 0123456789abcdef'
  const deployment = await openDeployment({
    mode: 'production',
    configuredSecret,
    warn: () => {},
    now: () => now,
  })
  if (!deployment.ok) throw new Error(deployment.error.code)
  const config = { mode: 'production' as const, baseUrl: 'https://issuer.example', ...settings }
  const certificates = { add() {}, believe() {}, check: undefined, stop() {} }
  const parts = { deployment: deployment.value, certificates, metrics: NO_METRICS, now: () => now }
  const home = { config, ...parts, closeAtEnd() {} }
  return openIssuerSigners(home, config as never)
}

const credentials = { signingKeyFile: keyFile, signingCertFile: certFile }
const everything = [sdJwtVc, mdoc]

describe('in production', () => {
  it('documents are offered only where there is a signer for them', async () => {
    const signers = await open(credentials)
    expect(signableFormats(signers, everything)).toEqual([sdJwtVc])
    expect(() => signerFor(signers, 'iso-mdl')).toThrow()
  })

  it('documents and credentials have signers of their own', async () => {
    const documents = { documentSigningKeyFile: keyFile, documentSigningCertFile: certFile }
    const signers = await open({ ...credentials, ...documents })
    expect(signableFormats(signers, everything)).toEqual(everything)
    expect(signerFor(signers, 'iso-mdl').x5c).toEqual([der])
  })

  it('a signer of documents without a certificate is no reason to start', async () => {
    await expect(open({ ...credentials, documentSigningKeyFile: keyFile })).rejects.toThrow(
      /documentSigningCertFile is needed/,
    )
  })
})
