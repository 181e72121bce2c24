/** docs/tenants.md from its beginning: its files, its command, and its calls, each of which says by its end whether it is so. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@countersign/local-servers/ports'
import { finishedWithin } from '@countersign/local-servers/process/finished-within'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const COMMAND = 'countersign issuer --tenantsDir=tenants'

let folder: string
let port: number
let issuer: Program
let text: string
beforeAll(async () => {
  text = await readFile(join(root, 'docs/tenants.md'), 'utf8')
  folder = await mkdtemp(join(tmpdir(), 'countersign-documented-'))
  port = await freePort()
  await mkdir(join(folder, 'tenants'))
  await writeFile(join(folder, 'tenants/acme.conf'), blocks('hocon')[0] ?? '')
  await writeFile(join(folder, 'tenants/b-co.json'), blocks('json')[0] ?? '')
  const flags = COMMAND.split(' ').slice(1)
  issuer = startProgram({
    program: process.execPath,
    args: [join(root, 'apps/countersign/main.mjs'), ...flags, `--webPort=${port}`],
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  })
  const isReady = async () => (await fetch(`http://localhost:${port}/readyz`)).ok
  await untilReady(issuer, 'issuer', () => isReady().catch(() => false))
})
afterAll(async () => {
  await issuer?.stop()
  await rm(folder, { recursive: true, force: true })
})

function blocks(language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block = '']) => block,
  )
}

it('what is called there is as it says', async () => {
  const [command, ...calls] = blocks('sh')
  expect(command?.trim()).toBe(COMMAND)
  const lines = calls.flatMap((block) => block.trim().split('\n'))
  expect(lines.length).toBeGreaterThanOrEqual(5)
  for (const line of lines) {
    const script = line.replaceAll('localhost:7002', `localhost:${port}`)
    const { code, stderr, stdout } = await finishedWithin(60_000, {
      program: 'bash',
      args: ['-o', 'pipefail', '-c', script],
    })
    expect(code, `${line}\n${stdout}\n${stderr}`).toBe(0)
  }
})
