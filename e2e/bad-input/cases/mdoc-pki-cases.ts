/** Roots and document signers of mdocs that a caller orders: names, times, keys and roots that make no certificate. */
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { type BadInput, chapter } from '../case.ts'
import { anyOffer } from '../stages.ts'
import { sendJson } from '../wire.ts'
import type { World } from '../world.ts'

const IACAS = '/onboard/iso-mdl/iacas'
const SIGNERS = '/onboard/iso-mdl/document-signers'

const data = {
  country: 'UT',
  commonName: 'An authority',
  issuerAlternativeNameConf: { uri: 'https://authority.example' },
}

function iaca(name: string, certificateData: unknown, more: object = {}): BadInput<undefined> {
  return {
    name,
    status: 400,
    message: /./,
    send: (_, { issuer }) => sendJson(issuer.url + IACAS, { certificateData, ...more }),
  }
}

const changed = (name: string, change: object) => iaca(name, { ...data, ...change })

const roots: readonly BadInput<undefined>[] = [
  iaca('no data', undefined),
  iaca('data that is a text', 'UT'),
  iaca('data in a list', [data]),
  changed('no country', { country: undefined }),
  changed('a country in words', { country: 'Utopia' }),
  changed('a country in small letters', { country: 'ut' }),
  changed('a country of digits', { country: '12' }),
  changed('a country that is empty', { country: '' }),
  changed('no name', { commonName: undefined }),
  changed('an empty name', { commonName: '' }),
  changed('a name of 200 letters', { commonName: 'a'.repeat(200) }),
  changed('a name with NUL', { commonName: 'An authority\0.evil.example' }),
  changed('a name with a line break', { commonName: 'An\r\nauthority' }),
  changed('an organisation that is a number', { organizationName: 7 }),
  changed('an alternative name that is no URL', { issuerAlternativeNameConf: { uri: 'nowhere' } }),
  changed('an alternative name with NUL', { issuerAlternativeNameConf: { uri: 'https://a.example/\0' } }),
  changed('an address without a host', { issuerAlternativeNameConf: { email: 'nobody' } }),
  changed('no alternative name', { issuerAlternativeNameConf: {} }),
  changed('a list of revoked certificates at no address', { crlDistributionPointUri: 'nowhere' }),
  changed('a beginning that is no time', { notBefore: 'yesterday' }),
  changed('a beginning that is a number', { notBefore: 0 }),
  changed('a day that does not exist', { notBefore: '2026-02-30T00:00:00Z' }),
  changed('a day without a time', { notBefore: '2026-12-01' }),
  changed('half a second', { notBefore: '2026-12-01T00:00:00.5Z' }),
  changed('a beginning in the year 26', { notBefore: '0026-12-01T00:00:00Z' }),
  changed('an end before the beginning', {
    notBefore: '2027-01-01T00:00:00Z',
    notAfter: '2026-01-01T00:00:00Z',
  }),
  changed('an end in a thousand years', { notAfter: '3026-01-01T00:00:00Z' }),
  iaca('a key of RSA', data, { ecKeyGenRequestParams: { keyType: 'RSA' } }),
  iaca('a key on secp256k1', data, { ecKeyGenRequestParams: { keyType: 'secp256k1' } }),
  iaca('a key of an inherited type', data, { ecKeyGenRequestParams: { keyType: 'constructor' } }),
  iaca('a key in another system', data, { ecKeyGenRequestParams: { backend: 'aws' } }),
]

interface Root {
  readonly iacaKey: Readonly<Record<string, unknown>>
  readonly certificatePEM: string
}

async function root({ issuer }: World): Promise<Root> {
  const made = await postJson(issuer.url + IACAS, { certificateData: data })
  return expectStatus(made, 200).json() as unknown as Root
}

function signer(
  name: string,
  make: (root: Root, world: World) => object | Promise<object>,
): BadInput<undefined> {
  return {
    name,
    status: 400,
    message: /./,
    async send(_, world) {
      const { certificatePEM: iacaPem, iacaKey } = await root(world)
      const change = await make({ certificatePEM: iacaPem, iacaKey }, world)
      const certificateData = { country: 'UT', commonName: 'A signer' }
      return sendJson(world.issuer.url + SIGNERS, {
        certificateData,
        iacaSigner: { iacaKey, iacaPem, ...change },
      })
    },
  }
}

const signers: readonly BadInput<undefined>[] = [
  signer('no root', () => ({ iacaPem: undefined })),
  signer('a root that is no certificate', () => ({ iacaPem: 'PEM' })),
  signer('a root that is broken', ({ certificatePEM }) => ({
    iacaPem: certificatePEM.replace(/[A-Za-z]{4}\n/, '@@@@\n'),
  })),
  signer('a root twice', ({ certificatePEM }) => ({ iacaPem: certificatePEM + certificatePEM })),
  signer('a root of 19 kB of nothing', () => ({
    iacaPem: `-----BEGIN CERTIFICATE-----\n${'A'.repeat(19_000)}\n-----END CERTIFICATE-----\n`,
  })),
  signer('the root of another key', async (_, world) => ({ iacaPem: (await root(world)).certificatePEM })),
  signer('a key that is empty', () => ({ iacaKey: {} })),
  signer('a key that is a text', () => ({ iacaKey: 'key' })),
  signer('a key of an unknown type', () => ({ iacaKey: { type: 'moon' } })),
  signer('a key in a Vault at the address of cloud metadata', () => ({
    iacaKey: {
      type: 'tse',
      server: 'http://169.254.169.254/v1/transit',
      id: 'key',
      auth: { accessKey: 'x' },
    },
  })),
]

export const mdocPkiChapters = [
  chapter('onboarding, a root for document signers', anyOffer, roots),
  chapter('onboarding, a document signer', anyOffer, signers),
]
