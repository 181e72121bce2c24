import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bestLanguage } from './languages.ts'
import { pseudo, pseudoText } from './pseudo.ts'
import { filled } from './sentence-parts.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const houses = ['packages/ui', ...readdirSync(join(root, 'apps')).map((app) => `apps/${app}/pages`)]
const files = houses.flatMap(sourcesIn)
const dictionaries = files.filter((path) => path.endsWith('/en.ts'))

describe.each(dictionaries)('the texts of %s', (path) => {
  it.each(['de'])('are there in %s, each with the places of the English one', async (language) => {
    const english = entriesOf(await textsAt(path, 'en'))
    const other = new Map(entriesOf(await textsAt(path.replace('/en.ts', `/${language}.ts`), language)))
    expect([...other.keys()].sort()).toEqual(english.map(([name]) => name).sort())
    for (const [name, text] of english) {
      const translated = other.get(name)
      if (typeof text !== 'string' || typeof translated !== 'string') {
        expect(typeof translated, name).toBe(typeof text)
        continue
      }
      expect(translated.trim(), name).not.toBe('')
      expect(placesIn(translated), name).toEqual(placesIn(text))
    }
  })
})

describe('components', () => {
  // What stands between tags, and in attributes that people hear, comes from the dictionaries.
  const between = /(?<![=\-<])>\s*([^<>{}=;()&|]*\p{L}{2,}[^<>{}=;()&|]*?)\s*</gu
  const attributes =
    /\s(?:aria-label|title|placeholder|alt|label|hint|heading|summary|why)="([^"]*\p{L}[^"]*)"/gu

  it('have no words of their own', () => {
    const words = files
      .filter((path) => path.endsWith('.tsx') && !path.endsWith('.test.tsx'))
      .flatMap((path) => {
        const text = markupOf(readFileSync(join(root, path), 'utf8'))
        return [...text.matchAll(between), ...text.matchAll(attributes)]
          .filter(([, found]) => found !== 'return')
          .map(([, found]) => `${path}: ${found}`)
      })
    expect(words).toEqual([])
  })

  it('make no markup of text', () => {
    const made = files.filter((path) =>
      /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\balert\(|\bconfirm\(|\bprompt\(/.test(
        readFileSync(join(root, path), 'utf8'),
      ),
    )
    expect(made.filter((path) => !path.endsWith('.test.ts'))).toEqual([])
  })
})

describe('the language', () => {
  it('is the first that is wanted and known', () => {
    expect(bestLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de')
    expect(bestLanguage(['fr', 'pseudo'])).toBe('en')
    expect(bestLanguage([])).toBe('en')
  })

  it('of tests is longer, turned, and keeps its places', () => {
    const text = 'Share 2 details with {who}?'
    const turned = pseudoText(text)
    expect(turned).toContain('{who}')
    expect(turned.replaceAll(/[\u200f\u202c\u202e]/g, '').length).toBeGreaterThanOrEqual(
      Math.floor(text.length * 1.4),
    )
    const made = pseudo({ a: { b: (count: number) => `${count} cards` } })
    expect(made.a.b(3)).toContain('\u202e3\u202c')
  })
})

describe('a text with places', () => {
  it('is filled, and leaves nothing open', () => {
    expect(filled('{a} and {b}{c}', { a: 'x', b: '{a}' })).toBe('x and {a}')
  })
})

async function textsAt(path: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const module: Readonly<Record<string, unknown>> = await import(join(root, path))
  return module[name] as Readonly<Record<string, unknown>>
}

function entriesOf(texts: Readonly<Record<string, unknown>>, path = ''): readonly [string, unknown][] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? [...entriesOf(value as Readonly<Record<string, unknown>>, `${path}${name}.`)]
      : [[`${path}${name}`, value] as [string, unknown]],
  )
}

function placesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{[a-zA-Z]+\}/g)].map(([place]) => place).sort()
}

/** Without comments, types and code that only looks like a tag. */
function markupOf(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\b[A-Z]\w*<[^;()\n]*?>(?=[\s,;)=\]}])/g, '')
}

function sourcesIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
  } catch {
    return []
  }
}
