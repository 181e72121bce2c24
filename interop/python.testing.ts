/** Runs a script beside the tests under the Python that `requirements.txt` was installed for. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const python = fileURLToPath(new URL('.venv/bin/python', import.meta.url))
const stamp = fileURLToPath(new URL('.venv/.countersign-requirements', import.meta.url))

/** Why tests with Python packages are skipped here, if they are; printed once. */
export const pythonMissing = existsSync(stamp) ? undefined : `no Python packages in ${python}`
if (pythonMissing !== undefined) console.warn(`skipped: ${pythonMissing}`)

/** JSON in, JSON out. Rejects with what the script wrote to stderr. */
export function runPython(script: string, input: unknown): Promise<unknown> {
  const file = fileURLToPath(new URL(script, import.meta.url))
  return new Promise((resolve, reject) => {
    const child = execFile(python, [file], { timeout: 120_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.slice(-2000) || error.message))
      else resolve(JSON.parse(stdout))
    })
    child.stdin?.end(JSON.stringify(input))
  })
}
