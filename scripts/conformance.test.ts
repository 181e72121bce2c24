/**
 * docs/conformance.md names for each rule the tests that hold it. Here it is read: a test that is renamed or deleted takes the
 * promise of the page with it, and a rule says how it is kept and what happens when it is broken, or why there is no test of that.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const page = readFileSync(join(root, 'docs/conformance.md'), 'utf8')
const houses = ['packages', 'apps', 'e2e', 'interop', 'scripts', 'testing']
const files = houses.flatMap(testsIn)

const WHO = ['verifier', 'wallet', 'both', 'issuer']
/** What a rule has where it is not simply kept. */
const KINDS = ['Refused', 'Not spoken', 'Not looked at', 'Not followed', 'Stricter']

interface Rule {
  readonly who: string
  readonly text: string
  /** References to tests, or a reason. */
  readonly kept: readonly string[]
  readonly broken: readonly string[]
}

describe('docs/conformance.md', () => {
  const rules = rulesOf(page)

  it('has rules alone in its lists, each with a side, and explains how it says what we do not do', () => {
    expect(rules.length).toBeGreaterThan(150)
    expect(rules.flatMap(findFormFault)).toEqual([])
    expect(KINDS.filter((kind) => !page.includes(`**${kind}** where`))).toEqual([])
  })

  it('names tests that there are, or why there is none', () => {
    expect(rules.flatMap(findTestFaults)).toEqual([])
  })

  it('says nothing twice', () => {
    const texts = rules.map(({ text, who }) => `${who}: ${text}`)
    expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([])
  })
})

describe('a page of rules', () => {
  const own = '`scripts/conformance` › names tests that there are, or why there is none'
  const twice = 'needs tests or one reason: a (§5)'

  it.each<[string, readonly string[], readonly unknown[]]>([
    ['a test that there is', [own], []],
    ['a case of a test', ['`conformance` › is told of %s › a case of a test'], []],
    ['a reason', ['– nothing comes in that could be wrong'], []],
    ['nothing', [], [twice]],
    ['a reason without words', ['– none'], [twice]],
    ['a reason beside a test', [own, '– nothing comes in that could be wrong'], [twice]],
    ['what names no test', ['conformance'], ['no test: conformance']],
    ['a file that is not there', ['`nowhere` › x'], ['no file nowhere']],
    ['several files of a name', ['`verify` › x'], [expect.stringContaining('which of')]],
    ['a title that is not there', ['`conformance` › not there'], ['conformance has no test "not there"']],
    ['a text that is no title', ['`conformance` › a file that is not there'], [expect.any(String)]],
    ['a group that is no test', ['`conformance` › a page of rules'], [expect.any(String)]],
    ['a case not there', ['`conformance` › is told of %s › nobody'], ['conformance has no case "nobody"']],
    ['any case', ['`interop/dcql` › %s'], [expect.any(String)]],
    ['one good and one bad', [own, '`nowhere` › x'], ['no file nowhere']],
  ])('is told of %s', (_what, references, faults) => {
    const lines = references.map((one) => `  - broken: ${one}`)
    const text = ['- wallet: a (§5)', `  - kept: ${own}`, ...lines].join('\n')
    expect(rulesOf(text).flatMap(findTestFaults)).toEqual(faults)
  })

  it.each([
    ['- wallet: a (§5)', []],
    ['- both: **Refused:** a (§5)', []],
    ['- wallet: **Forgotten:** a (§5)', ['Forgotten']],
    ['- attester: a (§5)', ['attester']],
    ['- a (§5)', ['no rule: - a (§5)']],
    ['- wallet: a (§5)\n  - perhaps: x', ['no rule:   - perhaps: x']],
  ])('is told of the form of %s', (text, faults) => {
    expect(rulesOf(text).flatMap(findFormFault)).toEqual(faults)
  })
})

/** What is in a list and is no rule becomes one of nobody, so that it is told. */
function rulesOf(text: string): readonly Rule[] {
  const rules: Rule[] = []
  for (const line of text.split('\n').filter((one) => /^ *- /.test(one))) {
    const [, who, words] = /^- (\w+): (.+)$/.exec(line) ?? []
    const [, word, reference = ''] = /^ {2}- (kept|broken): (.+)$/.exec(line) ?? []
    const last = rules.pop()
    if (last !== undefined && word !== undefined) {
      const { broken, kept } = last
      const isKept = word === 'kept'
      rules.push({
        ...last,
        ...(isKept ? { kept: [...kept, reference] } : { broken: [...broken, reference] }),
      })
    } else {
      if (last !== undefined) rules.push(last)
      rules.push({ who: who ?? `no rule: ${line}`, text: words ?? '', kept: [], broken: [] })
    }
  }
  return rules
}

function findFormFault({ text, who }: Rule): readonly string[] {
  const kinds = [...text.matchAll(/\*\*([^*]+?):?\*\*/g)].map(([, kind = '']) => kind)
  return [...(WHO.includes(who) ? [] : [who]), ...kinds.filter((kind) => !KINDS.includes(kind))]
}

function findTestFaults({ broken, kept, text }: Rule): readonly string[] {
  return [kept, broken].flatMap((references) => {
    const reasons = references.filter((one) => one.startsWith('–'))
    const [first = ''] = references
    if (references.length === 1 && reasons.length === 1 && first.split(' ').length > 3) return []
    if (references.length === 0 || reasons.length > 0) return [`needs tests or one reason: ${text}`]
    return references.flatMap((reference) => {
      const [, name, title = '', ofTitle] = /^`([^`]+)` › (.+?)(?: › (.+))?$/.exec(reference) ?? []
      return name === undefined ? [`no test: ${reference}`] : findFault(name, title, ofTitle)
    })
  })
}

function findFault(name: string, title: string, ofTitle: string | undefined): readonly string[] {
  const found = files.filter((file) => `/${file}`.endsWith(`/${name}.test.ts`))
  const [file] = found
  if (file === undefined) return [`no file ${name}`]
  if (found.length > 1) return [`which of ${found.join(' and ')}?`]
  const text = readFileSync(join(root, file), 'utf8')
  if (!titlesIn(text).has(title)) return [`${name} has no test "${title}"`]
  if (ofTitle === undefined) return title === '%s' ? [`${name}: which case?`] : []
  return literalsIn(text).has(ofTitle) ? [] : [`${name} has no case "${ofTitle}"`]
}

/** A text that is the first of what is handed over, with a function behind it; groups of tests are none. */
function titlesIn(text: string): ReadonlySet<string> {
  const calls = text.matchAll(
    /(?<!\bdescribe)\(\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1,\s*(?:async\s+)?(?:\(|\w+\s*=>)/g,
  )
  return new Set([...calls].map(([, , title = '']) => plain(title)))
}

function literalsIn(text: string): ReadonlySet<string> {
  const literals = text.matchAll(/'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`([^`]*)`/g)
  return new Set(
    [...literals].map(([, single, double, template]) => plain(single ?? double ?? template ?? '')),
  )
}

function plain(literal: string): string {
  return literal.replaceAll(/\\(['"`\\])/g, '$1')
}

function testsIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`)
}
