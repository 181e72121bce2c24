import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBase64 } from '@countersign/core/base64url'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { parseCertificate } from '@countersign/x509/certificate'
import { validatePath } from '@countersign/x509/certification-path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, judgeByOpenssl, openssl, removeFolder } from './openssl.testing.ts'

afterAll(removeFolder)

/** Within all periods, however long the certificates take to make. */
const now = Math.floor(Date.now() / 1000) + 3600

interface Combination {
  /** How OpenSSL makes the key of the CA. */
  readonly key: string
  /** How it signs. */
  readonly signing: string
  readonly ours: string
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  'P-256': ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'],
  'P-384': ['ecparam', '-name', 'secp384r1', '-genkey', '-noout'],
  'P-521': ['ecparam', '-name', 'secp521r1', '-genkey', '-noout'],
  'P-256 written out': ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-param_enc', 'explicit'],
  brainpoolP256r1: ['ecparam', '-name', 'brainpoolP256r1', '-genkey', '-noout'],
  brainpoolP384r1: ['ecparam', '-name', 'brainpoolP384r1', '-genkey', '-noout'],
  Ed25519: ['genpkey', '-algorithm', 'ED25519'],
  Ed448: ['genpkey', '-algorithm', 'ED448'],
  RSA: ['genpkey', '-algorithm', 'RSA'],
  'RSA for PSS': [
    'genpkey',
    '-algorithm',
    'RSA-PSS',
    '-pkeyopt',
    'rsa_pss_keygen_md:sha256',
    '-pkeyopt',
    'rsa_pss_keygen_mgf1_md:sha256',
  ],
  'RSA for any PSS': ['genpkey', '-algorithm', 'RSA-PSS'],
}

/** Keys of the table above in another form. */
const FORMS = [
  ['P-256', 'compressed'],
  ['P-521', 'compressed'],
  ['P-256', 'hybrid'],
] as const

const HASHES = ['sha256', 'sha384', 'sha512']
const pss = (hash: string, salt: string) =>
  `-${hash} -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:${salt}`

const COMBINATIONS: readonly Combination[] = [
  ...['P-256', 'P-384', 'P-521'].flatMap((key) =>
    HASHES.map((hash): Combination => ({ key, signing: `-${hash}`, ours: 'valid' })),
  ),
  ...HASHES.map((hash): Combination => ({ key: 'RSA', signing: `-${hash}`, ours: 'valid' })),
  // `max` is what OpenSSL takes where nobody says how long the salt is.
  ...HASHES.flatMap((hash) =>
    ['digest', 'max', '20'].map(
      (salt): Combination => ({ key: 'RSA', signing: pss(hash, salt), ours: 'valid' }),
    ),
  ),
  { key: 'RSA for PSS', signing: '-sha256', ours: 'valid' },
  { key: 'Ed25519', signing: '', ours: 'valid' },
  { key: 'P-256 compressed', signing: '-sha256', ours: 'valid' },
  { key: 'P-521 compressed', signing: '-sha256', ours: 'valid' },
  // What is not read, by docs/trust-and-keys.md.
  { key: 'brainpoolP256r1', signing: '-sha256', ours: 'anchor: brainpoolP256r1' },
  { key: 'brainpoolP384r1', signing: '-sha384', ours: 'anchor: brainpoolP384r1' },
  { key: 'P-256 hybrid', signing: '-sha256', ours: 'anchor: malformed' },
  { key: 'P-256 written out', signing: '-sha256', ours: 'anchor: explicit curve' },
  { key: 'Ed448', signing: '', ours: 'anchor: Ed448' },
  { key: 'RSA for any PSS', signing: '-sha256', ours: 'anchor: RSASSA-PSS' },
  { key: 'P-384', signing: '-sha1', ours: 'certificate_algorithm_unsupported' },
  { key: 'P-384', signing: '-sha224', ours: 'certificate_algorithm_unsupported' },
  { key: 'RSA', signing: '-sha1', ours: 'certificate_algorithm_unsupported' },
  {
    key: 'RSA',
    signing: `${pss('sha256', 'digest')} -sigopt rsa_mgf1_md:sha512`,
    ours: 'certificate_algorithm_unsupported',
  },
]

const CA_EXTENSIONS = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']

beforeAll(async () => {
  writeFileSync(join(folder, 'leaf.cnf'), 'keyUsage=critical,digitalSignature\n')
  await Promise.all(Object.entries(KEYS).map(([name, command]) => openssl(...command, '-out', keyFile(name))))
  for (const [key, form] of FORMS) {
    await openssl('ec', '-in', keyFile(key), '-conv_form', form, '-out', keyFile(`${key} ${form}`))
  }
  await openssl(
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'leaf.key',
    '-subj',
    '/CN=Issuer',
    '-out',
    'leaf.csr',
  )
})

const keyFile = (name: string) => `${name.replaceAll(' ', '-')}.key`

/** DER of a CA, and of a leaf below it. */
async function makePair({ key, signing }: Combination, name: string) {
  const how = signing === '' ? [] : signing.split(' ')
  const extensions = CA_EXTENSIONS.flatMap((extension) => ['-addext', extension])
  const ca = [
    '-x509',
    '-new',
    '-key',
    keyFile(key),
    '-subj',
    '/CN=CA',
    '-days',
    '10',
    '-out',
    `${name}-ca.pem`,
  ]
  await openssl('req', ...ca, ...extensions, ...how)
  const leaf = ['-req', '-in', 'leaf.csr', '-CA', `${name}-ca.pem`, '-CAkey', keyFile(key), '-CAcreateserial']
  await openssl('x509', ...leaf, '-days', '5', '-out', `${name}-leaf.pem`, '-extfile', 'leaf.cnf', ...how)
  return { ca: derOf(`${name}-ca.pem`), leaf: derOf(`${name}-leaf.pem`) }
}

function derOf(file: string): Uint8Array {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(readFileSync(join(folder, file), 'utf8'))?.[1]
  return new Uint8Array(Buffer.from(body ?? '', 'base64'))
}

async function judge(ca: Uint8Array, leaf: Uint8Array): Promise<string> {
  const anchor = parseCertificate(ca)
  if (!anchor.ok) return `anchor: ${anchor.error.key}`
  const path = await validatePath([encodeBase64(leaf)], [anchor.value], now, nodeCrypto)
  return path.ok ? 'valid' : path.error.code
}

describe('a certificate that OpenSSL made', () => {
  it.each(COMBINATIONS.map((one, at) => [`${one.key} ${one.signing}`, one, at] as const))(
    'with %s is judged as OpenSSL does, or refused by name',
    async (_what, one, at) => {
      const { ca, leaf } = await makePair(one, String(at))
      expect(await judge(ca, leaf)).toBe(one.ours)
      // That curve is the one thing that its strict reading refuses as well.
      const expected = one.key === 'P-256 written out' ? 'invalid' : 'valid'
      expect(await judgeByOpenssl({ chain: [leaf], anchors: [ca], now })).toBe(expected)
      const forged = leaf.with(-1, (leaf.at(-1) ?? 0) ^ 1)
      if (one.ours === 'valid') expect(await judge(ca, forged)).toBe('certificate_signature_invalid')
    },
  )
})
