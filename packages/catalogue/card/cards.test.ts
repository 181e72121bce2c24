/**
 * The card of every type, in every language: safe, readable, and whole whatever is written on it. In Chromium, where these tests run
 * as well, it is drawn and its pixels are looked at.
 */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { colourOf, contrast, LEAST_CONTRAST, over } from '@countersign/credential/display/contrast'
import { readSvg } from '@countersign/credential/svg/read-svg'
import { writeSvg } from '@countersign/credential/svg/write-svg'
import { renderSvgTemplate } from '@countersign/credential/type-metadata/svg-template'
import { parseTypeMetadata } from '@countersign/credential/type-metadata/type-metadata'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../catalogue.ts'
import type { CatalogueType } from '../catalogue-type.ts'
import { TOPICS } from '../topics.ts'
import { typeMetadataText } from '../type-metadata.ts'
import { CARD, cardTemplate, PRINT_OPACITY, pathsOnCard, ROWS, type Row } from './card-template.ts'
import { filledCard } from './filled-card.ts'
import { PRINTS } from './prints.ts'
import { titleLines } from './title-lines.ts'

const all = catalogue.flatMap((type) =>
  type.display.map(({ locale, name }) => [`${type.name} in ${locale}`, type, name] as const),
)

/** Everything that stands on the card, with the same value. */
function valuesOf(type: CatalogueType, value: JsonValue): JsonObject {
  const values: Record<string, JsonValue> = {}
  for (const [first = '', ...rest] of pathsOnCard(type.card))
    values[first] = rest.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value)
  return values
}

function drawn(type: CatalogueType, title: string, values: JsonObject): string {
  const card = filledCard(type, title, values)
  if (!card.ok) throw new Error(card.error.code)
  return card.value
}

const rows = Object.values(ROWS)
/** A stroke of a letter may stand out by so much. */
const MARGIN = 22

const HOSTILE = '<script>alert(1)</script>{{given_name}}"><image href="https://evil.example/x"/>&#x3c;'
const VALUES: readonly (readonly [string, JsonValue])[] = [
  ['the longest that a schema takes', 'Wolfeschlegelsteinhausenbergerdorff '.repeat(14)],
  ['one word without an end', 'M'.repeat(500)],
  ['Arabic', 'عبد الرحمن بن محمد بن إبراهيم الخوارزمي الدمشقي '.repeat(4)],
  ['Chinese', '漢'.repeat(120)],
  ['marks piled up', `Z${'\u0301\u0327\u0489'.repeat(120)}`],
  ['markup', HOSTILE],
  ['control characters', '\u202eabc\u0000\u0007'],
  ['a name', 'Ada Example'],
  ['a list', Array.from({ length: 200 }, (_, at) => `entry ${at}`)],
  ['an object', { street_address: 'Musterweg 7', locality: 'Graz' }],
  ['a number', 1e21],
]

describe.each(all)('the card of %s', (_name, type, title) => {
  const template = cardTemplate(type, title)

  it('runs nothing, loads nothing, and is the same after it was read and written anew', () => {
    expect(template).not.toMatch(
      /<(?:script|style|foreignObject|image|a)\b|\son\w+=|https?:(?!\/\/www\.w3\.org\/2000\/svg")|@import|javascript:/i,
    )
    const references = [...template.matchAll(/href="([^"]*)"|url\(([^)]*)\)/g)].map(
      ([, one, other]) => one ?? other,
    )
    expect(references.filter((one) => !one?.startsWith('#'))).toEqual([])
    const read = readSvg(template)
    if (!read.ok) throw new Error(JSON.stringify(read.error))
    const attributes = (svg: string) =>
      [...svg.matchAll(/ ([\w:-]+)="/g)].map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b))
    expect(attributes(writeSvg(read.value))).toEqual(attributes(template))
  })

  it('can be read, over the lines of its print as well', () => {
    const [ground, ink] = [colourOf(type.card.background), colourOf(type.card.text)]
    expect(contrast(ground, ink)).toBeGreaterThanOrEqual(LEAST_CONTRAST)
    expect(contrast(over(ink, ground, PRINT_OPACITY), ink)).toBeGreaterThanOrEqual(LEAST_CONTRAST)
  })

  it('shows the values of its example, and of what is missing nothing', () => {
    const card = drawn(type, title, type.example)
    const onCard = pathsOnCard(type.card).flatMap((path) => {
      const value = path.reduce<JsonValue | undefined>(
        (at, step) => (at as JsonObject | undefined)?.[step],
        type.example,
      )
      return typeof value === 'string' ? [value] : []
    })
    for (const value of onCard) expect(card).toContain(value)
    const empty = drawn(type, title, {})
    expect(empty).not.toMatch(/\{\{|&#123;|undefined|null/)
    expect(
      [...empty.matchAll(/<text[^>]*>([^<]*)<\/text>/g)]
        .map(([, text = '']) => text.trim())
        .join(' ')
        .trim(),
    ).toBe(titleLines(title, CARD.width - 48).lines.join(' '))
  })

  it('takes a hostile value for text', () => {
    const card = drawn(type, title, valuesOf(type, HOSTILE))
    expect(card).not.toMatch(/<script|<image|evil\.example\/x"\/>/)
    expect(readSvg(card).ok).toBe(true)
    expect(card.match(/<text/g)?.length).toBe(drawn(type, title, {}).match(/<text/g)?.length)
  })

  it('has its title in full, in one line or two', () => {
    const { lines } = titleLines(title, CARD.width - 48)
    expect(lines.length).toBeLessThanOrEqual(2)
    expect(lines.join(' ')).toBe(title)
  })

  it('draws its title within its margins', async () => {
    const places = changedPixels(await Promise.all([drawn(type, '', {}), drawn(type, title, {})].map(pixels)))
    expect(isDrawn && places.length === 0).toBe(false)
    expect(places.filter(([x]) => x < MARGIN || x > CARD.width - MARGIN)).toEqual([])
  })
})

/** One of each arrangement of rows: the rest differs in colours and words. */
const arrangements = [
  ...Map.groupBy(catalogue, ({ card: { end, foot, from } }) =>
    [from !== undefined, foot.length, end !== undefined].join(),
  ).values(),
].map(([type]) => [type?.name, type] as const)

describe.each(arrangements)('on a card like that of %s', (_name, type) => {
  it.each(VALUES)('%s stays in its row', async (_what, value) => {
    if (type === undefined) throw new Error('no type')
    const places = changedPixels(
      await Promise.all(
        [drawn(type, type.name, {}), drawn(type, type.name, valuesOf(type, value))].map(pixels),
      ),
    )
    expect(places.filter(([x, y]) => !rows.some((row) => isIn(row, x, y)))).toEqual([])
    expect(isDrawn && places.length === 0).toBe(isDrawn && pathsOnCard(type.card).length === 0)
  })
})

describe('what stands on a card', () => {
  const long = (letter: string) => letter.repeat(60)
  const claim = {
    sd: 'allowed',
    mandatory: false,
    schema: {},
    display: [],
    use: { kind: '', sensitivity: 'ordinary', purposes: [], instead: [] },
  } as const
  const paths = [[long('a'), long('b')], ['a', 'b'], ['a_b'], ['a__b']]
  const type: CatalogueType = {
    name: 'Odd',
    id: 'odd',
    topic: 'other',
    formats: { 'dc+sd-jwt': 'urn:example:odd' },
    display: [{ locale: 'en', name: 'Odd', description: 'Odd.' }],
    card: { background: '#000000', text: '#ffffff', from: paths[0], foot: paths.slice(1), end: paths[1] },
    claims: paths.map(([first = '', ...rest]) => ({
      ...claim,
      path: [first],
      parts: rest.length === 0 ? [] : [{ path: rest, display: [] }],
    })),
    example: {},
  }

  it('is found again, whatever claims are called and wherever they stand twice', () => {
    const read = parseTypeMetadata(typeMetadataText(type) ?? '')
    if (!read.ok) throw new Error(JSON.stringify(read.error))
    const values = { [long('a')]: { [long('b')]: 'one' }, a: { b: 'two' }, a_b: 'three', a__b: 'four' }
    const template = cardTemplate(type, 'Odd')
    const card = renderSvgTemplate(template, read.value.claims, values)
    expect(card.ok && [...card.value.matchAll(/>([a-z ]+)<\/text>/g)].map(([, text]) => text)).toEqual([
      'one',
      'two three four',
      'two',
    ])
  })
})

describe('prints', () => {
  it('are there for each topic, and each is another', () => {
    expect(Object.keys(PRINTS).toSorted()).toEqual([...TOPICS].toSorted())
    expect(new Set(Object.values(PRINTS).map(({ shape }) => shape)).size).toBe(TOPICS.length)
  })
})

describe('a title', () => {
  it.each([
    '',
    'x',
    'Kraftfahrzeughaftpflichtversicherungsbestätigungsschreiben',
    'a b c d e f g h '.repeat(20),
    '漢'.repeat(60),
  ])('of any length fits: %s', (title) => {
    const { lines, size } = titleLines(title, 352)
    expect(lines.length).toBeLessThanOrEqual(2)
    expect(size).toBeGreaterThanOrEqual(14)
  })

  it('of an operator is text and no markup', () => {
    const [type] = catalogue
    if (type === undefined) throw new Error('no type')
    const template = cardTemplate(type, '<b onload="x">{{given_name}}</b> & co')
    expect(template).not.toMatch(/<b |onload="/)
    expect(drawn(type, '{{given_name}}', { given_name: 'Ada' }).match(/Ada/g)).toHaveLength(1)
  })
})

function isIn({ height, width, x, y }: Row, px: number, py: number): boolean {
  return px >= x - 1 && px <= x + width && py >= y - 1 && py <= y + height
}

type Pixels = Uint8ClampedArray
const NONE: Pixels = new Uint8ClampedArray()

function changedPixels([before = NONE, after = NONE]: readonly Pixels[]): readonly (readonly [
  x: number,
  y: number,
])[] {
  const changed: [number, number][] = []
  for (let at = 0; at < before.length; at += 1) {
    if (Math.abs((before[at] ?? 0) - (after[at] ?? 0)) <= 2) continue
    const pixel = Math.floor(at / 4)
    changed.push([pixel % CARD.width, Math.floor(pixel / CARD.width)])
  }
  return changed
}

/** What is used of a page; undefined under Node, where a picture has no pixels. */
interface Page {
  readonly document?: {
    createElement(name: 'canvas'): {
      width: number
      height: number
      getContext(kind: '2d'): {
        drawImage(image: object, x: number, y: number): void
        getImageData(x: number, y: number, width: number, height: number): { readonly data: Pixels }
      }
    }
  }
  readonly Image?: new () => { src: string; decode(): Promise<void> }
}

const { document, Image } = globalThis as unknown as Page
const isDrawn = document !== undefined

async function pixels(svg: string): Promise<Pixels> {
  if (document === undefined || Image === undefined) return NONE
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = CARD.width
  canvas.height = CARD.height
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  return context.getImageData(0, 0, CARD.width, CARD.height).data
}
