/**
 * Reads an SVG document of a stranger into a tree of what is allowed (`svg-lists.ts`). An XML parser decides what the document
 * says - names by their namespace, text after entities are decoded -, never a look at the characters. What could run, move or
 * load something makes the whole refused; what is only unknown is left out. Knows nothing of claims and of writing.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes'
import { drawnElements } from './drawn-elements.ts'
import { type SvgElement, textWithin } from './svg-element.ts'
import {
  ATTRIBUTES,
  ELEMENTS,
  LEFT_OUT,
  NAMES,
  PROPERTIES,
  SVG_NAMESPACE,
  TEXT_ELEMENTS,
  XHTML_NAMESPACE,
  XML_NAMESPACE,
} from './svg-lists.ts'
import {
  embeddedImage,
  ownReference,
  plainDeclarations,
  plainNames,
  plainStyleSheet,
  plainValue,
} from './svg-values.ts'

export interface SvgRefusal {
  readonly code: 'svg_too_large' | 'svg_malformed' | 'svg_unsafe'
  /** What was found, e.g. `element script`: names of our own lists, or the first 40 characters of one of the document. */
  readonly found?: string | undefined
}

const LIMITS = { length: 262_144, depth: 64, elements: 20_000, attributes: 100, drawn: 50_000 } as const

/** Ends the parsing; does not leave this module. */
class Refused extends Error {
  readonly refusal: SvgRefusal
  constructor(refusal: SvgRefusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

export function readSvg(text: string): Result<SvgElement, SvgRefusal> {
  if (text.length > LIMITS.length) return refuse({ code: 'svg_too_large' })
  try {
    const root = parse(text)
    if (root === undefined) return refuse({ code: 'svg_malformed' })
    return drawnElements(root, LIMITS.depth) > LIMITS.drawn ? refuse({ code: 'svg_too_large' }) : ok(root)
  } catch (error) {
    if (error instanceof Refused) return refuse(error.refusal)
    throw error
  }
}

interface Open extends SvgElement {
  readonly children: (SvgElement | string)[]
}

function parse(text: string): SvgElement | undefined {
  const parser = new SaxesParser({ xmlns: true })
  const open: Open[] = []
  let root: Open | undefined
  let elements = 0
  let leftOut = 0
  parser.on('error', () => {
    throw new Refused({ code: 'svg_malformed' })
  })
  // Its entities are not read; one that declares any is not a picture's usual head.
  parser.on('doctype', (content) => {
    if (content.includes('[')) unsafe('declaration')
  })
  parser.on('processinginstruction', () => unsafe('processing instruction'))
  parser.on('opentag', (tag) => {
    if (++elements > LIMITS.elements || open.length + leftOut >= LIMITS.depth)
      throw new Refused({ code: 'svg_too_large' })
    if (leftOut > 0 || isLeftOut(tag)) {
      leftOut += 1
      return
    }
    const element = {
      name: elementName(tag, root === undefined),
      attributes: attributesOf(tag),
      children: [],
    }
    open.at(-1)?.children.push(element)
    open.push(element)
    root ??= element
  })
  parser.on('closetag', () => {
    if (leftOut > 0) leftOut -= 1
    else finish(open.pop())
  })
  const take = (characters: string) => {
    const element = open.at(-1)
    const isShown = element !== undefined && (TEXT_ELEMENTS.has(element.name) || element.name === 'style')
    if (leftOut === 0 && isShown) element.children.push(characters)
  }
  parser.on('text', take)
  parser.on('cdata', take)
  parser.write(text).close()
  return root
}

function unsafe(found: string): never {
  throw new Refused({ code: 'svg_unsafe', found })
}

/** Of an editor, or a description for machines. One of a page is neither. */
function isLeftOut({ uri, local }: SaxesTagNS): boolean {
  if (uri === SVG_NAMESPACE || uri === '') return LEFT_OUT.has(local)
  return uri !== XHTML_NAMESPACE
}

function elementName({ uri, local }: SaxesTagNS, isRoot: boolean): string {
  if (isRoot && (local !== 'svg' || uri === XHTML_NAMESPACE)) throw new Refused({ code: 'svg_malformed' })
  if (uri === XHTML_NAMESPACE || !ELEMENTS.has(local)) unsafe(`element ${local.slice(0, 40)}`)
  return local
}

function attributesOf({ attributes, local }: SaxesTagNS): ReadonlyMap<string, string> {
  const all = Object.values(attributes)
  if (all.length > LIMITS.attributes) throw new Refused({ code: 'svg_too_large' })
  const written = new Map<string, string>()
  // SVG 2 §16.1.5: `href` counts before the older `xlink:href`.
  const references = all.filter((one) => one.local.toLowerCase() === 'href')
  for (const attribute of references) judgeReference(attribute, local)
  const reference = references.find((one) => one.uri === '') ?? references[0]
  if (reference !== undefined) written.set('href', judgeReference(reference, local))
  for (const attribute of all) {
    const value = attributeValue(attribute)
    if (value !== undefined) written.set(attribute.local, value)
  }
  if (all.some(isPreserved)) written.set('xml:space', 'preserve')
  return written
}

function judgeReference({ value }: SaxesAttributeNS, element: string): string {
  return (element === 'image' ? embeddedImage(value) : ownReference(value)) ?? unsafe('reference')
}

/** White space in text counts. */
function isPreserved({ uri, local, value }: SaxesAttributeNS): boolean {
  return uri === XML_NAMESPACE && local === 'space' && value === 'preserve'
}

/** Undefined: left out. */
function attributeValue({ uri, local, value }: SaxesAttributeNS): string | undefined {
  if (/^on/i.test(local)) unsafe('event handler')
  if (/^(?:src|srcset|srcdoc|action|formaction|base)$/i.test(local)) unsafe('reference')
  if (uri !== '') return undefined
  if (local === 'style') return plainDeclarations(value) ?? unsafe('style')
  if (NAMES.has(local)) return plainNames(value) ?? unsafe(`value of ${local}`)
  if (ATTRIBUTES.has(local) || PROPERTIES.has(local)) return plainValue(value) ?? unsafe(`value of ${local}`)
  return undefined
}

/** The text of a style sheet may come in pieces, so it is judged at its end. */
function finish(element: Open | undefined): void {
  if (element?.name !== 'style') return
  const judged = plainStyleSheet(textWithin(element))
  element.children.splice(0, element.children.length, judged ?? unsafe('style'))
}
