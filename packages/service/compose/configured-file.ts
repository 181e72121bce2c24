/** Files that a configuration names. One that cannot be read is a reason not to start, and the reason names it. */
import { readFileSync } from 'node:fs'
import { StartRefused } from '../operation/start-refused.ts'

export function textOfFile(path: string): string {
  return Buffer.from(bytesOfFile(path)).toString('utf8')
}

export function bytesOfFile(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch {
    throw new StartRefused(`${path} cannot be read`)
  }
}
