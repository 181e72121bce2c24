/**
 * Regular expressions that somebody else wrote, and texts of somebody else again: by an engine whose time grows with the length of the
 * text and of the expression alone (RE2's), because JavaScript's own can be kept busy for ever by a text of thirty characters. It is
 * loaded at its first use.
 */

const MAX_SOURCE = 500
/** Steps of the engine for each character: repetitions that are counted are written out. */
const MAX_PROGRAM = 1000
const MAX_TEXT = 10_000

/** walt.id's names of options, which are those of Java. */
export const PATTERN_OPTIONS = ['IGNORE_CASE', 'MULTILINE', 'DOT_MATCHES_ALL'] as const
export type PatternOption = (typeof PATTERN_OPTIONS)[number]

/** A text of more than 10,000 characters is never what was looked for. */
export interface ForeignPattern {
  /** Whether some of the text is so. */
  isIn(text: string): boolean
  /** Whether the whole of it is. */
  is(text: string): boolean
}

export type CompilePattern = (
  source: string,
  options?: readonly PatternOption[],
) => ForeignPattern | undefined

/** The function gives undefined for what is no expression of RE2 (it has no look-around and no back references), or too large a one. */
export async function patternCompiler(): Promise<CompilePattern> {
  const { RE2JS } = await import('re2js')
  const flags: Readonly<Record<PatternOption, number>> = {
    IGNORE_CASE: RE2JS.CASE_INSENSITIVE,
    MULTILINE: RE2JS.MULTILINE,
    DOT_MATCHES_ALL: RE2JS.DOTALL,
  }
  return (source, options = []) => {
    if (source.length > MAX_SOURCE) return undefined
    try {
      const chosen = options.reduce((all, option) => all | flags[option], 0)
      const compiled = RE2JS.compile(source, chosen)
      if (compiled.programSize() > MAX_PROGRAM) return undefined
      return {
        isIn: (text) => text.length <= MAX_TEXT && compiled.test(text),
        is: (text) => text.length <= MAX_TEXT && compiled.testExact(text),
      }
    } catch {
      return undefined
    }
  }
}
