/** A browser in the words of the page. */
import { filled } from '@countersign/ui/text/sentence-parts'
import { own } from '../texts/own-texts.ts'
import { programIn } from './program.ts'

export function programName(userAgent: string): string {
  const t = own.value.settings
  const { browser, system } = programIn(userAgent)
  if (browser === undefined) return t.otherProgram
  return system === undefined ? browser : filled(t.browserOn, { browser, system })
}
