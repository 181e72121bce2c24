/** A server that speaks as AWS KMS does (`kms_server.py`), on a loopback port, started in `interop/.venv`. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { answersOk, freePort } from '@countersign/local-servers/ports'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'

const python = fileURLToPath(new URL('../.venv/bin/python', import.meta.url))
const moto = fileURLToPath(new URL('../.venv/bin/moto_server', import.meta.url))

/** Why the tests cannot run here; `undefined`: they can. */
export const kmsServerMissing = existsSync(moto)
  ? undefined
  : 'no moto here: python3 -m venv interop/.venv && interop/.venv/bin/pip install -r interop/requirements.txt'

export interface KmsServer extends Program {
  readonly url: string
}

export async function startKmsServer(): Promise<KmsServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [fileURLToPath(new URL('./kms_server.py', import.meta.url)), `${port}`]
  const running = startProgram({ program: python, args })
  await untilReady(running, 'moto', () => answersOk(`${url}/moto-api/data.json`))
  return { ...running, url }
}
