/** The commands of a page of docs/, as they stand there. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Documented {
  /** The only block of shell commands below the heading that contains the words; throws when it is not one. */
  command(words: string): string
}

/** `heading`: such as `## In containers`; all down to the next heading of its rank counts. */
export function documented(page: string, heading: string): Documented {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8')
  const rank = /^#+ /.exec(heading)?.[0] ?? ''
  const [, section = ''] = `${text}\n${rank}`.split(`\n${heading}\n`)
  const [below = ''] = section.split(`\n${rank}`)
  const blocks = [...below.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)
  return {
    command(words) {
      const found = blocks.filter((block) => block.includes(words))
      if (found.length !== 1)
        throw new Error(`${found.length} commands with ${words} below ${heading} of ${page}`)
      return found[0] ?? ''
    },
  }
}
