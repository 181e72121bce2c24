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
import { openIssuerSigners, openListSigner, signableFormats, signerFor } from './issuer-signers.ts'
import { openNamedKeys } from './named-keys.ts'

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

const told: string[] = []

async function homeOf(settings: object, mode: 'development' | 'production') {
  const configuredSecret = 'a secret of the operator, 0123456789abcdef'
  const deployment = await openDeployment({
    mode,
    configuredSecret,
    warn: () => {},
    now: () => now,
  })
  if (!deployment.ok) throw new Error(deployment.error.code)
  const config = { mode, baseUrl: 'https://issuer.example', ...settings }
  const certificates = { add() {}, believe() {}, check: undefined, stop() {} }
  const trust = { addKey() {}, setSources() {}, keys: [], sources: () => undefined }
  const parts = { deployment: deployment.value, certificates, trust, metrics: NO_METRICS, now: () => now }
  const log = { warn: (message: string) => void told.push(message) }
  const home = { config, log, ...parts, closeAtEnd() {} }
  return { home, config: config as never }
}

async function open(settings: object) {
  const { home, config } = await homeOf(settings, 'production')
  return openIssuerSigners(home, config)
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

describe('a key of the configuration that profiles name', () => {
  const empty = file('empty.pem', '\n')
  const other = file('other.json', JSON.stringify(generateSoftwareKey('ES256')))

  async function named(key: object) {
    const { home, config } = await homeOf({ issuerKeys: [{ name: 'The_board.2', ...key }] }, 'production')
    return openNamedKeys(home, config)
  }

  it.each([
    ['of its own', { keyFile, certFile }, der],
    ['that it does not need', { keyFile }, undefined],
  ])('has certificates %s', async (_what, key, leaf) => {
    const opened = (await named(key)).get('The_board.2')
    expect(opened?.signer.keyId).toBe(softwareSigner(jwk).keyId)
    expect(opened?.certificates?.replaceAll(/-----[^-]+-----|\s/g, '')).toBe(leaf)
  })

  it.each([
    ['are of another key', { keyFile: other, certFile }, /^issuer key The_board\.2: certFile is of no use/],
    [
      'are no certificates',
      { keyFile, certFile: keyFile },
      /^issuer key The_board\.2: certFile is of no use/,
    ],
    ['are nothing', { keyFile, certFile: empty }, /empty\.pem \(certFile\) is empty$/],
  ])('keeps the issuer from starting where its certificates %s', async (_what, key, message) => {
    await expect(named(key)).rejects.toThrow(message)
  })
})

describe('status lists are signed', () => {
  const keyOf = async (mode: 'development' | 'production', settings: object) => {
    const { home, config } = await homeOf(settings, mode)
    const { credentials } = await openIssuerSigners(home, config)
    const { keyId } = await openListSigner(home, config, credentials)
    return keyId === credentials.keyId ? 'one key' : 'a key of their own'
  }
  const listKeyFile = file('lists.json', JSON.stringify(generateSoftwareKey('ES256')))
  const lists = { statusListKeyFile: listKeyFile }
  const ownKey = { signingKeyFile: keyFile, signingCertFile: certFile }

  it.each<['development' | 'production', object, string]>([
    ['development', {}, 'one key'],
    ['development', lists, 'a key of their own'],
    ['development', ownKey, 'a key of their own'],
    ['production', { ...ownKey, ...lists }, 'a key of their own'],
  ])('in %s with %j: with %s', async (mode, settings, whose) => {
    expect(await keyOf(mode, settings)).toBe(whose)
  })
})

describe('a certificate that cannot match what is signed under it', () => {
  it.each<[string, readonly string[], readonly string[], boolean]>([
    ['names nothing', [], [], false],
    ['names the host', ['issuer.example'], [], true],
    ['names the address', [], ['https://issuer.example'], true],
    ['names another host', ['other.example'], [], false],
    ['names an address below', [], ['https://issuer.example/below'], false],
  ])('is told at start, and keeps nobody from starting: it %s', async (_what, dnsNames, uris, matches) => {
    told.length = 0
    const made = issueCertificate({ ca, publicJwk, subject: 'Signer', dnsNames, uris, days: 30, now })
    const pem = `-----BEGIN CERTIFICATE-----\n${made}\n-----END CERTIFICATE-----\n`
    await open({ signingKeyFile: keyFile, signingCertFile: file('named.pem', pem) })
    expect(told).toEqual(
      matches
        ? []
        : [expect.stringMatching(/certificate does not name https:\/\/issuer\.example.*issuer\.example in/)],
    )
  })
})
