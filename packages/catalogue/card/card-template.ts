/**
 * The one design of all cards, as an SVG template of SD-JWT VC type metadata (§5.5.1.2): colours, title and print are the
 * type's, `{{ids}}` are filled in by whoever shows the card. Only values stand beside the title, no words of ours, so that a
 * value that is missing leaves nothing behind. Each value has a row of its own; what does not fit in fades at its end, and
 * nothing leaves its row. It has no script, no style sheet and no reference to anywhere.
 */
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { CatalogueCard, CatalogueType } from '../catalogue-type.ts'
import { EMBLEMS } from './emblems.ts'
import { drawPrint, PRINTS } from './prints.ts'
import { titleLines } from './title-lines.ts'

export const CARD = { width: 400, height: 252 } as const

/** How much of the text's colour the print has. */
export const PRINT_OPACITY = 0.16

/** A part of the card that one text has for itself. */
export interface Row {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const MARGIN = 24
const TEXT_SIZE = 15
const ROW_HEIGHT = 24
const EMBLEM = 36
const FOOT_Y = CARD.height - MARGIN - ROW_HEIGHT + 4
const END_WIDTH = 120
/** Over so much a value that is too long disappears. */
const FADE = 20

const WHOLE = CARD.width - 2 * MARGIN

/** Where values may be; the title is between. */
export const ROWS = {
  from: { x: MARGIN, y: 30, width: WHOLE - EMBLEM - 12, height: ROW_HEIGHT },
  foot: { x: MARGIN, y: FOOT_Y, width: WHOLE, height: ROW_HEIGHT },
  footBesideEnd: { x: MARGIN, y: FOOT_Y, width: WHOLE - END_WIDTH - 12, height: ROW_HEIGHT },
  end: { x: CARD.width - MARGIN - END_WIDTH, y: FOOT_Y, width: END_WIDTH, height: ROW_HEIGHT },
} as const satisfies Readonly<Record<string, Row>>

const TITLE_BASE = FOOT_Y - 10

/** `title`: what people call the type, in the language of the card. */
export function cardTemplate({ card, topic }: Pick<CatalogueType, 'card' | 'topic'>, title: string): string {
  const { background, end, foot, from, text } = card
  const footRow = end === undefined ? ROWS.foot : ROWS.footBesideEnd
  const placeholder = (path: readonly string[]) => `{{${svgId(card, path)}}}`
  const rows = [
    ...(from === undefined ? [] : [valueRow('f', ROWS.from, placeholder(from))]),
    ...(foot.length === 0 ? [] : [valueRow('h', footRow, foot.map(placeholder).join(' '))]),
    ...(end === undefined ? [] : [valueRow('e', ROWS.end, placeholder(end), 'end')]),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CARD.width} ${CARD.height}" width="${CARD.width}" height="${CARD.height}" font-family="system-ui, -apple-system, Roboto, sans-serif">`,
    `<rect width="${CARD.width}" height="${CARD.height}" fill="${background}"/>`,
    `<g fill="none" stroke="${text}" stroke-width=".9" opacity="${PRINT_OPACITY}">${drawPrint(PRINTS[topic], 'p')}</g>`,
    `<g fill="none" stroke="${text}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" transform="translate(${CARD.width - MARGIN - EMBLEM} ${MARGIN})">`,
    `<circle cx="18" cy="18" r="17.25" fill="${background}"/><path transform="translate(6 6)" d="${EMBLEMS[topic]}"/></g>`,
    `<g fill="${text}">`,
    ...titleOf(title),
    `<g font-size="${TEXT_SIZE}">`,
    ...rows,
    '</g></g></svg>',
  ].join('')
}

/**
 * The id that type metadata gives a claim which is on the card; undefined for one that is not. It is made of the place on the
 * card: names may be longer than ids are, and `a.b` is not `a_b`.
 */
export function svgId(card: CatalogueCard, path: ClaimPath): string | undefined {
  const at = pathsOnCard(card).findIndex(
    (one) => one.length === path.length && one.every((step, index) => step === path[index]),
  )
  return at < 0 ? undefined : `value_${at + 1}`
}

/** Each once. */
export function pathsOnCard({ end, foot, from }: CatalogueCard): readonly (readonly string[])[] {
  const paths = [from, ...foot, end].filter((path) => path !== undefined)
  return [...new Map(paths.map((path) => [path.join('.'), path])).values()]
}

function titleOf(title: string): readonly string[] {
  const { lines, size } = titleLines(title, WHOLE)
  return lines.map((line, at) => {
    const y = TITLE_BASE - (lines.length - 1 - at) * size * 1.15
    return `<text x="${MARGIN}" y="${Math.round(y)}" font-size="${size}" font-weight="650">${escaped(line)}</text>`
  })
}

/** The mask is as wide as the row and darkens at its end: what is longer, or higher than a line, is not drawn beyond. */
function valueRow(id: string, row: Row, text: string, anchor: 'start' | 'end' = 'start'): string {
  const { height, width, x, y } = row
  const [clear, gone] = anchor === 'start' ? [x + width - FADE, x + width] : [x + FADE, x]
  const at = anchor === 'start' ? x : x + width
  return [
    `<linearGradient id="${id}g" gradientUnits="userSpaceOnUse" x1="${clear}" x2="${gone}" y1="0" y2="0">`,
    '<stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>',
    `<mask id="${id}m" maskUnits="userSpaceOnUse" x="${x}" y="${y}" width="${width}" height="${height}">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="url(#${id}g)"/></mask>`,
    `<g mask="url(#${id}m)"><text x="${at}" y="${y + 17}" text-anchor="${anchor}">${text}</text></g>`,
  ].join('')
}

/** A title may be an operator's word. What looks like a claim's id in it is none. */
function escaped(text: string): string {
  return text.replaceAll('{{', '{ {').replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}
