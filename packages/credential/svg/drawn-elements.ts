/**
 * How many elements are drawn when every reference of a picture is followed: a few dozen lines of `use` within `use`, or of
 * masks within masks, are billions. An upper bound, for which only judged values count; infinite where something refers to
 * itself.
 */
import { type SvgElement, textWithin } from './svg-element.ts'

/** Each is held against each element. */
const MAX_RULES = 500

export function drawnElements(root: SvgElement, maxDepth: number): number {
  const all = elementsBelow(root)
  const byId = new Map(all.toReversed().map((element) => [element.attributes.get('id'), element]))
  const rules = all.filter(({ name }) => name === 'style').flatMap((sheet) => rulesOf(textWithin(sheet)))
  if (rules.length > MAX_RULES) return Number.POSITIVE_INFINITY
  const known = new Map<SvgElement, number>()
  const count = (element: SvgElement, depth: number): number => {
    const counted = known.get(element)
    if (counted !== undefined) return counted
    if (depth > 2 * maxDepth) return Number.POSITIVE_INFINITY
    // Who comes back here before the end refers to itself.
    known.set(element, Number.POSITIVE_INFINITY)
    const targets = referencesOf(element, rules).map((id) => byId.get(id))
    const drawn = [...element.children, ...targets].filter((one) => typeof one === 'object')
    const sum = drawn.reduce((before, one) => before + count(one, depth + 1), 1)
    known.set(element, sum)
    return sum
  }
  return count(root, 0)
}

function elementsBelow(element: SvgElement): readonly SvgElement[] {
  const inner = element.children.filter((child) => typeof child !== 'string')
  return [element, ...inner.flatMap(elementsBelow)]
}

interface Rule {
  /** The last part of a selector says which elements it is about; what stands before can only make them fewer. */
  readonly subject: readonly string[]
  readonly targets: readonly string[]
}

/** Of a style sheet that was written anew: `a .b,#c{name:value}`. Rules without a reference do not count. */
function rulesOf(sheet: string): readonly Rule[] {
  return [...sheet.matchAll(/([^{}]*)\{([^{}]*)\}/g)].flatMap(([, selectors = '', body = '']) => {
    const targets = targetsIn(body)
    if (targets.length === 0) return []
    return selectors.split(',').map((one) => ({ subject: subjectOf(one), targets }))
  })
}

function subjectOf(selector: string): readonly string[] {
  return (
    selector
      .split(/[ >+~]+/)
      .at(-1)
      ?.match(/[.#]?[^.#]+/g) ?? []
  )
}

function isAbout({ name, attributes }: SvgElement, { subject }: Rule): boolean {
  const classes = attributes.get('class')?.split(' ') ?? []
  return subject.every((part) => {
    if (part.startsWith('.')) return classes.includes(part.slice(1))
    if (part.startsWith('#')) return attributes.get('id') === part.slice(1)
    return part === '*' || part === name
  })
}

function referencesOf(element: SvgElement, rules: readonly Rule[]): readonly string[] {
  const own = [...element.attributes].flatMap(([name, value]) => {
    if (name === 'href') return value.startsWith('#') ? [value.slice(1)] : []
    return targetsIn(value)
  })
  return [...own, ...rules.filter((rule) => isAbout(element, rule)).flatMap(({ targets }) => targets)]
}

function targetsIn(value: string): readonly string[] {
  return [...value.matchAll(/url\(#([^)]*)\)/g)].map(([, id = '']) => id)
}
