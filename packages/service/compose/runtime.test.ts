import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secretText } from '../config/schema.ts'
import { writeLogsTo } from '../operation/log.ts'
import { configure } from './configure.ts'
import { openRuntime } from './runtime.ts'

const SECRET = 'a deployment secret that nobody may read'
const KEY = 'a-management-key-that-nobody-may-read'
const OWN = 'pkcs11:token=t;object=o?pin-value=4711'

describe('a service that starts', () => {
  let cwd: string
  const lines: string[] = []
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'countersign-runtime-'))
    writeLogsTo({ write: (line) => void lines.push(line) })
  })
  afterAll(async () => {
    writeLogsTo(undefined)
    await rm(cwd, { recursive: true })
  })

  it('says in its log what it goes by, and nothing that is secret', async () => {
    const extra = { ownKey: secretText().optional(), offerTtlSeconds: secretText().optional() }
    const env = {
      COUNTERSIGN_SECRET: SECRET,
      COUNTERSIGN_MANAGEMENT_API_KEY: KEY,
      COUNTERSIGN_OWN_KEY: OWN,
      COUNTERSIGN_OFFER_TTL_SECONDS: 'marked secret whatever its name says',
    }
    const argv = [`--data=${cwd}`, '--baseUrl=https://issuer.example']
    const config = await configure({ service: 'issuer', extra }, { argv, env, cwd, defaultPort: 7002 })
    await (await openRuntime(config, extra)).close()
    const [said] = lines.filter((line) => line.includes('"msg":"configuration"'))
    expect(JSON.parse(said ?? '{}')).toMatchObject({
      level: 'info',
      configuration: { baseUrl: 'https://issuer.example', webPort: 7002, secret: '[hidden]' },
    })
    for (const hidden of [SECRET, KEY, OWN, '4711', 'marked secret'])
      expect(lines.join()).not.toContain(hidden)
  })
})
