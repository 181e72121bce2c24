/**
 * Time is asked for when it is needed (docs/decisions/021): the clock is made in one place, and what outlives a call takes
 * it as a function. A moment that is closed over is right for as long as nobody looks.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const product = ['packages', 'apps'].flatMap(sourcesIn).map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, ''),
}))

const declared = Map.groupBy(product.flatMap(declarationsIn), ({ name }) => name)

/** Who reads the clock of the system, and why it is not handed in. */
const CLOCKS: Readonly<Record<string, string>> = {
  'packages/service/operation/clock.ts': 'the clock that everything else is handed',
  'packages/ui/page/clock.ts': 'what a page keeps for a while, in a browser',
  'packages/stores/sql/migrate.ts': 'when a table was made, for whoever reads the database',
}

describe('the clock', () => {
  it('is read in one place', () => {
    const reading = product.filter(({ text }) => /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)/.test(text))
    expect(reading.map(({ path }) => path).toSorted()).toEqual(Object.keys(CLOCKS).toSorted())
  })

  it('is not looked at while a module is loaded, nor by a default', () => {
    const early =
      /^(?:export )?(?:const|let) [^=]*=(?!.*=>).*(?<!performance\.)\bnow\(\)|[({,]\s*now\??(?::[^,=)]*)? = (?!\(\) =>)/gm
    const found = product.flatMap(({ path, text }) =>
      [...text.matchAll(early)].map(([match]) => `${path}: ${match.trim()}`),
    )
    expect(found).toEqual([])
  })

  it('is handed as a function to whatever outlives the call', () => {
    const isMoment = (body: string) => /^ {2}readonly now\??: number\b/m.test(body)
    const isLiving = (body: string) => /^ {2}(?:readonly )?\w+\??(?:<[^>]*>)?\(|=>/m.test(body)
    const closed = product.flatMap(({ path, text }) =>
      functionsIn(text)
        .filter(
          ({ parameters }) => /\bnow\??: number\b/.test(parameters) || mentions(parameters, path, isMoment),
        )
        .filter(({ result }) => result.includes('=>') || mentions(result, path, isLiving))
        .map(({ name }) => `${path}: ${name}`),
    )
    expect(closed).toEqual([])
  })
})

describe('a time as text', () => {
  it('is read in one place', () => {
    // A text that goes into a date, or a pattern of one, is a reader.
    const reader = /\bDate\.parse\b|\bnew Date\((?!\))|\\d(?:\{4\}|\\d\\d\\d)-\\d/
    const reading = product.filter(({ text }) => reader.test(text))
    expect(reading.map(({ path }) => path)).toEqual(['packages/core/date-time.ts'])
  })

  it('is written in one place', () => {
    const writing = product.filter(({ text }) => /\bto(?:ISO|UTC)String\b/.test(text))
    expect(writing.map(({ path }) => path)).toEqual(['packages/core/date-time.ts'])
  })
})

interface Declaration {
  readonly path: string
  readonly isExported: boolean
  readonly name: string
  readonly body: string
}

/** Interfaces and type aliases, each to its closing line. */
function declarationsIn({ path, text }: (typeof product)[number]): readonly Declaration[] {
  const found = text.matchAll(/^(export )?(?:interface|type) (\w+)([\s\S]*?)(?:^\}|\n\n)/gm)
  return [...found].map(([, exported, name = '', body = '']) => ({
    path,
    isExported: exported !== undefined,
    name,
    body,
  }))
}

/** Whether a type that is named there is such a one: the file's own declaration, otherwise one that others export. */
function mentions(type: string, path: string, is: (body: string) => boolean): boolean {
  return [...type.matchAll(/\b[A-Z]\w*/g)].some(([name]) => {
    const called = declared.get(name) ?? []
    const own = called.filter((one) => one.path === path)
    return (own.length > 0 ? own : called.filter((one) => one.isExported)).some(({ body }) => is(body))
  })
}

interface Signature {
  readonly name: string
  readonly parameters: string
  readonly result: string
}

function functionsIn(text: string): readonly Signature[] {
  const found = text.matchAll(
    /^(?:export )?(?:async )?function (\w+)(?:<[^(]*>)?\(([\s\S]*?)\)(?:: ([\s\S]*?))? \{$/gm,
  )
  return [...found].map(([, name = '', parameters = '', result = '']) => ({ name, parameters, result }))
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        path.endsWith('.ts') && !/node_modules|\.(test|testing|contract|d)\.ts$|\/testing\//.test(path),
    )
    .map((path) => `${folder}/${path}`)
}
