/**
 * Wallets that are attested, at an issuer that takes no others and no keys that are not: in development, where both know each
 * other, and with an operator's own authority, as `docs/trust-and-keys.md` tells it.
 */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import { openAskingPage, press, queryOf } from '@countersign/testing/client/browser-authorization'
import { claims } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import { startWallet } from '@countersign/wallet/main'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const running: RunningService[] = []
const folders: string[] = []
afterAll(async () => {
  await Promise.all(running.map((service) => service.close()))
  for (const folder of folders) await rm(folder, { recursive: true })
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-provider-'))
  folders.push(folder)
  return folder
}

async function started(
  start: typeof startIssuer | typeof startWallet,
  cwd: string,
  ...flags: readonly string[]
): Promise<string> {
  const [port = 0] = await freePorts(1)
  const own = [`--webPort=${port}`, `--dataDir=${join(cwd, 'data')}`]
  const argv = ['--logLevel=silent', '--senderRequestsPerSecond=0', ...own, ...flags]
  running.push(await start({ argv, env: {}, cwd, defaultPort: port }))
  return `http://localhost:${port}`
}

/** No public clients, no pop without a challenge, no key that nobody attests. */
const strict = (demand: object = {}) => [
  '--publicClients=false',
  '--attestationChallenges=required',
  `--requiredKeyAttestations=${JSON.stringify([{ configurations: [identityConfiguration], ...demand }])}`,
]

async function offered(issuer: string, more: object = {}): Promise<string> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims, ...more }
  return expectStatus(await postJson(`${issuer}/openid4vc/sdjwt/issue`, order), 200).text
}

async function authorized(user: WalletUser, offer: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${user.token}` }
  const at = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/offers`
  const opened = expectStatus(await postJson(at, { offer }, headers), 201).json()
  const exchange = `${at}/${String(opened['id'])}`
  const away = expectStatus(await postJson(`${exchange}/use`, {}, headers), 200).json()
  const { url = '' } = away['authorization'] as { url?: string }
  const query = queryOf(await press(await openAskingPage(url), 'approve'))
  return expectStatus(await postJson(`${exchange}/authorized`, { query }, headers), 200).json()['state']
}

const tried = (user: WalletUser, offer: string) =>
  call(`${user.url}/wallet-api/wallet/${user.wallet}/exchange/useOfferRequest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${user.token}`, 'content-type': 'text/plain' },
    body: offer,
  })

describe('in development', () => {
  it('an issuer knows the wallets of its deployment', async () => {
    const folder = await newFolder()
    const issuer = await started(startIssuer, folder, ...strict())
    const user = await newWalletUser(await started(startWallet, folder))
    expect(await receive(user, await offered(issuer))).toHaveLength(1)
    expect(await authorized(user, await offered(issuer, { authenticationMethod: 'NONE' }))).toBe('used')
  })

  it('an issuer that takes everybody is come to with an attestation, and takes that of others as nobody does', async () => {
    const folder = await newFolder()
    const issuer = await started(startIssuer, folder)
    const own = await newWalletUser(await started(startWallet, folder))
    const foreign = await newWalletUser(await started(startWallet, await newFolder()))
    for (const user of [own, foreign])
      expect(await authorized(user, await offered(issuer, { authenticationMethod: 'NONE' }))).toBe('used')
  })
})

describe("with an operator's authority", () => {
  let folder: string
  let wallet: string
  beforeAll(async () => {
    folder = await newFolder()
    for (const name of ['ca', 'provider']) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      await writeFile(join(folder, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    }
    await printedTo('ca.crt', 'authority --key ca.pem --name=Wallets')
    await printedTo(
      'provider.crt',
      'certificate wallet-provider --key provider.pem --authorityKey ca.pem --authorityCertFile ca.crt --name=Provider',
    )
    wallet = await started(
      startWallet,
      folder,
      `--walletProviderKeyFile=${join(folder, 'provider.pem')}`,
      `--walletProviderCertFile=${join(folder, 'provider.crt')}`,
      `--walletProviderAnchorFile=${join(folder, 'ca.crt')}`,
      `--attestedKeyStorage=${JSON.stringify(['iso_18045_basic'])}`,
    )
  })

  async function printedTo(file: string, command: string): Promise<void> {
    const main = resolve(import.meta.dirname, '../../apps/countersign/main.mjs')
    const argv = [main, 'keys', ...command.split(' ')]
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder })
    await writeFile(join(folder, file), stdout)
  }

  async function strictIssuer(demand: object = {}): Promise<string> {
    const anchor = expectStatus(await call(`${wallet}/wallet-api/provider/anchor`), 200)
    const file = join(await newFolder(), 'wallet-providers.pem')
    await writeFile(file, anchor.text)
    return started(
      startIssuer,
      await newFolder(),
      `--trustedWalletAttestersFile=${file}`,
      `--trustedKeyAttestersFile=${file}`,
      ...strict(demand),
    )
  }

  it('an issuer that was given it takes these wallets, and no others', async () => {
    const issuer = await strictIssuer({ keyStorage: ['iso_18045_basic', 'iso_18045_high'] })
    const user = await newWalletUser(wallet)
    expect(await receive(user, await offered(issuer))).toHaveLength(1)
    expect(await authorized(user, await offered(issuer, { authenticationMethod: 'NONE' }))).toBe('used')
    const stranger = await newWalletUser(
      await started(
        startWallet,
        await newFolder(),
        `--attestedKeyStorage=${JSON.stringify(['iso_18045_basic'])}`,
      ),
    )
    expect(await tried(stranger, await offered(issuer))).toMatchObject({
      status: 400,
      text: expect.stringContaining('invalid_client_attestation'),
    })
  })

  it('what an issuer asks beyond that is refused before the code is spent', async () => {
    const issuer = await strictIssuer({ keyStorage: ['iso_18045_high'] })
    const offer = await offered(issuer)
    const user = await newWalletUser(wallet)
    expect(await tried(user, offer)).toMatchObject({
      status: 400,
      text: expect.stringContaining('kept more safely than is known'),
    })
  })
})
