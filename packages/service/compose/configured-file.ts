/** Files that a configuration names. One that cannot be read is a reason not to start, and the reason names it. */
import { readFileSync } from 'node:fs'
import { StartRefused } from '../operation/start-refused.ts'

export function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new StartRefused(`${path} cannot be read`)
  }
}
