/** Pictures as editors make them look the same after they were cleaned: drawn in Chromium, where this test runs there. */
import { describe, expect, it } from 'vitest'
import { readSvg } from './read-svg.ts'
import { writeSvg } from './write-svg.ts'

const SIZE = 120
const HEAD = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 100" width="${SIZE}" height="${SIZE}">`
const RED_DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4GBgQEABQACAQvkV8oAAAAASUVORK5CYII='

const LOGOS: readonly (readonly [string, string])[] = [
  [
    'shapes',
    `${HEAD}<rect x="5" y="5" width="40" height="30" rx="4" fill="#12107c" stroke="rgb(10, 200, 30)" stroke-width="3"/><circle cx="70" cy="30" r="20" fill="hsl(20 80% 50% / .5)"/><path d="M10,90c20-40,40-40,60,0z" fill="none" stroke="teal" stroke-dasharray="4 2"/><polygon points="80,60 95,95 65,95"/><ellipse cx="50" cy="55" rx="9" ry="4" opacity=".4"/><polyline points="0,0 9,9 0,18"/><line x1="0" y1="99" x2="99" y2="99" stroke="black"/></svg>`,
  ],
  [
    'gradients by the older reference',
    `${HEAD}<defs><linearGradient id="base"><stop offset="0" stop-color="#f00"/><stop offset="100%" style="stop-color:#00f;stop-opacity:.6"/></linearGradient><linearGradient id="g" xlink:href="#base" x1="0" y1="0" x2="1" y2="1" gradientTransform="rotate(20 .5 .5)"/><radialGradient id="r" href="#base" cx="50%" cy="50%" r="40%"/></defs><rect width="100" height="50" fill="url(#g)"/><rect y="50" width="100" height="50" style="fill:url('#r')"/></svg>`,
  ],
  [
    'a head, classes and clips, as Illustrator writes them',
    `<?xml version="1.0" encoding="utf-8"?>\n<!-- Generator -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<svg version="1.1" id="Layer_1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" x="0px" y="0px" viewBox="0 0 100 100" width="120" height="120" style="enable-background:new 0 0 100 100;" xml:space="preserve">\n<style type="text/css">\n\t.st0{clip-path:url(#SVGID_2_);}\n\t.st1{fill:#E30613;stroke:#000000;stroke-miterlimit:10;}\n\t.st0 .st2,.st3{fill:#009640;}\n</style>\n<g>\n<defs><rect id="SVGID_1_" x="20" y="20" width="60" height="60"/></defs>\n<clipPath id="SVGID_2_"><use xlink:href="#SVGID_1_" style="overflow:visible;"/></clipPath>\n<g class="st0"><circle class="st1" cx="30" cy="30" r="25"/><rect class="st2" x="50" y="50" width="45" height="45"/></g></g></svg>`,
  ],
  [
    'notes of the editor, as Inkscape writes them',
    `<svg xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://www.w3.org/2000/svg" xmlns:svg="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" width="120" height="120" viewBox="0 0 100 100" inkscape:version="1.2" sodipodi:docname="logo.svg"><sodipodi:namedview pagecolor="#ffffff" inkscape:zoom="1"/><metadata><rdf:RDF><dc:format>image/svg+xml</dc:format></rdf:RDF></metadata><svg:g inkscape:label="Layer 1" inkscape:groupmode="layer" transform="matrix(0.8,0,0,0.8,10,10) translate(-2)"><svg:path style="fill:#4d4d4d;fill-rule:evenodd;stroke-width:0.264583;-inkscape-stroke:none;font-variant-ligatures:normal" d="M 10,10 H 90 V 90 H 10 Z m 20,20 v 40 h 40 v -40 z" sodipodi:nodetypes="ccccc"/></svg:g></svg>`,
  ],
  [
    'masks, patterns and markers',
    `${HEAD}<defs><mask id="m" maskUnits="userSpaceOnUse"><rect width="100" height="60" fill="white"/><circle cx="50" cy="30" r="15" fill="black"/></mask><pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="10" fill="orange"/></pattern><marker id="k" markerWidth="6" markerHeight="6" refX="3" refY="3" orient="auto"><circle cx="3" cy="3" r="3" fill="purple"/></marker></defs><rect width="100" height="100" fill="url(#p)" mask="url(#m)"/><path d="M10 80L50 95L90 80" fill="none" stroke="black" marker-end="url(#k)" marker-mid="url(#k)"/></svg>`,
  ],
  [
    'a shadow',
    `${HEAD}<filter id="f" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur in="SourceAlpha" stdDeviation="3" result="b"/><feOffset in="b" dx="4" dy="4" result="o"/><feColorMatrix in="o" type="matrix" values="0 0 0 0 .2  0 0 0 0 .1  0 0 0 0 .5  0 0 0 .8 0"/><feMerge><feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge></filter><circle cx="50" cy="50" r="30" fill="gold" filter="url(#f)"/></svg>`,
  ],
  [
    'text',
    `${HEAD}<text x="5" y="30" font-family="&quot;Courier New&quot;, monospace" font-size="12" xml:space="preserve">a   <tspan font-weight="bold" fill="red" dx="2">b &amp; c</tspan></text><path id="way" d="M5 70Q50 40 95 70" fill="none"/><text style="font:italic 10px/1.2 'Times New Roman',serif" text-anchor="middle"><textPath href="#way" startOffset="50%">along a way</textPath></text></svg>`,
  ],
  [
    'symbols',
    `${HEAD}<symbol id="s" viewBox="0 0 10 10"><path d="M0 0h10v10z"/></symbol><use href="#s" width="40" height="40" fill="navy"/><use xlink:href="#s" x="50" y="50" width="40" height="40" style="fill:crimson;mix-blend-mode:multiply;transform:rotate(10deg);transform-origin:70px 70px"/></svg>`,
  ],
  [
    'an embedded picture',
    `${HEAD}<image width="50" height="50" xlink:href="data:image/png;base64,${RED_DOT}" preserveAspectRatio="none"/></svg>`,
  ],
  [
    'a style sheet in plain characters',
    `${HEAD}<style><![CDATA[ /* all */ rect, #c > circle { fill: rgba(200,30,90,.7) !important; } * { stroke: black } ]]></style><g id="c"><circle cx="30" cy="30" r="20"/></g><rect x="50" y="50" width="40" height="40"/></svg>`,
  ],
]

/** What is used of a page; undefined under Node. */
interface Page {
  readonly document?: {
    createElement(name: 'canvas'): {
      width: number
      height: number
      getContext(kind: '2d'): {
        drawImage(image: object, x: number, y: number): void
        getImageData(x: number, y: number, width: number, height: number): { readonly data: Iterable<number> }
      }
    }
  }
  readonly Image?: new () => { src: string; decode(): Promise<void> }
}

const { document, Image } = globalThis as unknown as Page

async function pixels(svg: string): Promise<readonly number[] | undefined> {
  if (document === undefined || Image === undefined) return undefined
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = SIZE
  canvas.height = SIZE
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  return [...context.getImageData(0, 0, SIZE, SIZE).data]
}

describe('a logo with', () => {
  it.each(LOGOS)('%s looks the same', async (_what, logo) => {
    const read = readSvg(logo)
    expect(read).toMatchObject({ ok: true })
    if (!read.ok) return
    const before = await pixels(logo)
    const after = await pixels(writeSvg(read.value))
    expect(after === undefined || new Set(after).size > 1).toBe(true)
    const different = before?.filter((value, at) => value !== after?.[at]).length ?? 0
    expect(different).toBe(0)
  })

  it('another picture does not look the same', async () => {
    const [[, first] = [], [, second] = []] = LOGOS
    const drawn = [await pixels(first ?? ''), await pixels(second ?? '')].map((one) => one?.join())
    if (document !== undefined) expect(drawn[0]).not.toBe(drawn[1])
  })
})
