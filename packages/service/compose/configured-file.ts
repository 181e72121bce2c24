/** Files that a configuration names. One that cannot be read is a reason not to start, and the reason names it. */
import { readFileSync } from 'node:fs'
import { StartRefused } from '../operation/start-refused.ts'

export function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new StartRefused(`${path} cannot be read${code}: is it there, and may this user read it?`)
  }
}

/** Why a file cannot be used, where no sentence was written for it: the code of the refusal and its facts. */
export function refusalInWords(refusal: object): string {
  const { code, ...facts } = { code: 'not usable', ...refusal }
  const told = Object.entries(facts).map(([name, fact]) => `${name} ${inWords(fact)}`)
  const words = code.replaceAll('_', ' ')
  return told.length === 0 ? words : `${words} (${told.join(', ')})`
}

function inWords(fact: unknown): string {
  return typeof fact === 'object' && fact !== null ? refusalInWords(fact) : String(fact)
}
