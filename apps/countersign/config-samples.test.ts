import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { issuerShape } from '@countersign/issuer/config'
import { portalShape } from '@countersign/portal/config'
import { repositoryShape } from '@countersign/repository/config'
import { loadConfig } from '@countersign/service/config/load'
import { verifierShape } from '@countersign/verifier/config'
import { walletShape } from '@countersign/wallet/config'
import { webWalletShape } from '@countersign/web-wallet/config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const samples = fileURLToPath(new URL('../../config', import.meta.url))
const shapes: Readonly<Record<string, Parameters<typeof loadConfig>[0]['extra']>> = {
  verifier: verifierShape,
  issuer: issuerShape,
  wallet: walletShape,
  repository: repositoryShape,
  'web-wallet': webWalletShape,
  portal: portalShape,
}
const withSessions = ['verifier', 'issuer', 'wallet', 'portal']
let copy: string

describe('the sample configuration', () => {
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'countersign-config-'))
    await cp(samples, copy, { recursive: true })
  })

  afterAll(() => rm(copy, { recursive: true }))

  it.each(Object.keys(shapes))('of the %s works as it is, on memory sessions', async (service) => {
    const loaded = await load(service, samples)
    expect(loaded).toMatchObject({ ok: true, value: { sessions: { type: 'memory' } } })
  })

  it.each(withSessions)('of the %s shares sessions after two edits', async (service) => {
    await edit(service, '_features.conf', (text) => text.replace('# persistence', 'persistence'))
    await edit(service, 'persistence.conf', (text) =>
      text
        .replace('type = "memory"', '// type = "memory"')
        .replace(/^\/\/ (type = "redis"|nodes|user|password)/gm, '$1'),
    )
    expect(await load(service, copy)).toMatchObject({
      ok: true,
      value: { sessions: { type: 'redis', nodes: [{ host: '127.0.0.1', port: 6379 }] } },
    })
  })

  it.each(Object.keys(shapes))(
    'of the %s shows only keys that exist, with values that are accepted',
    async (service) => {
      for (const file of await readdir(join(copy, service))) {
        if (file !== 'persistence.conf') await edit(service, file, uncommented)
      }
      expect(await load(service, copy)).toMatchObject({ ok: true })
    },
  )
})

function load(service: string, directory: string) {
  const start = { argv: [`--config=${join(directory, service)}`], env: {}, cwd: directory }
  return loadConfig({
    service,
    defaultPort: 1,
    extra: shapes[service] ?? {},
    managementDoor: false,
    ...start,
  })
}

async function edit(service: string, file: string, change: (text: string) => string): Promise<void> {
  const path = join(copy, service, file)
  await writeFile(path, change(await readFile(path, 'utf8')))
}

/** Every line that is a setting behind a comment mark. */
function uncommented(text: string): string {
  return text.replace(/^\/\/ (?=[a-zA-Z]+ = )/gm, '')
}
