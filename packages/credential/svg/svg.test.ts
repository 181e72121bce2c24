import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSvg } from './read-svg.ts'
import { writeSvg } from './write-svg.ts'

const OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
const svg = (inside: string) => `${OPEN}${inside}</svg>`

function cleaned(text: string): string {
  const read = readSvg(text)
  if (read.ok) return writeSvg(read.value)
  return `${read.error.code}${read.error.found === undefined ? '' : `: ${read.error.found}`}`
}

/** What is within the root. */
function within(text: string): string {
  return cleaned(svg(text))
    .replace(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"(?:\/>$|>)/, '')
    .replace(/<\/svg>$/, '')
}

describe('a picture of a stranger', () => {
  it.each<[string, string, string]>([
    // What runs.
    ['a script', '<script>1</script>', 'element script'],
    ['a script of a page', '<script xmlns="http://www.w3.org/1999/xhtml">1</script>', 'element script'],
    [
      'a script under another prefix',
      '<é:script xmlns:é="http://www.w3.org/2000/svg">1</é:script>',
      'element script',
    ],
    ['a script in capitals', '<SCRIPT>1</SCRIPT>', 'element SCRIPT'],
    ['a script in no name space', '<script xmlns="">1</script>', 'element script'],
    ['an event handler', '<g onload="x()"/>', 'event handler'],
    ['an event handler after a line break', '<g\nonclick\n=\n"x()"/>', 'event handler'],
    ['an event handler in capitals', '<g ONLOAD="x()"/>', 'event handler'],
    [
      'an event handler of another name space',
      '<g xmlns:e="http://www.w3.org/2001/xml-events" e:onload="x"/>',
      'event handler',
    ],
    ['a foreign object', '<foreignObject/>', 'element foreignObject'],
    ['a page', '<body xmlns="http://www.w3.org/1999/xhtml"/>', 'element body'],
    ['a frame', '<iframe src="x"/>', 'element iframe'],
    ['a handler element', '<handler type="x"/>', 'element handler'],
    // What moves: a reference that is harmless now and not later.
    ['a set reference', '<set attributeName="href" to="javascript:1"/>', 'element set'],
    [
      'an animated reference',
      '<animate attributeName="&#104;ref" values="javascript:1"/>',
      'element animate',
    ],
    [
      'an animated reference by its prefix',
      '<animate attributeName="xlink:href" to="x"/>',
      'element animate',
    ],
    ['an animated transform', '<animateTransform/>', 'element animateTransform'],
    ['an animated way', '<animateMotion/>', 'element animateMotion'],
    ['something that goes away', '<discard href="#a"/>', 'element discard'],
    // What loads.
    ['a link', '<a href="https://evil.example"/>', 'element a'],
    ['a link to a script', '<a xlink:href="javascript:alert(1)"/>', 'element a'],
    ['a picture from elsewhere', '<image href="https://evil.example/x.png"/>', 'reference'],
    ['a picture from elsewhere by its prefix', '<image xlink:href="//evil.example/x"/>', 'reference'],
    [
      'a picture from elsewhere under another prefix',
      '<image xmlns:y="http://www.w3.org/1999/xlink" y:href="x"/>',
      'reference',
    ],
    [
      'two references, the second from elsewhere',
      '<use href="#a" xlink:href="https://evil.example/x#a"/>',
      'reference',
    ],
    ['a picture that is a document', '<image href="data:image/svg+xml;base64,AAAA"/>', 'reference'],
    ['a picture that is a page', '<image href="data:text/html;base64,AAAA"/>', 'reference'],
    [
      'a picture with a second type',
      '<image href="data:image/png;base64,AAAA;image/svg+xml,x"/>',
      'reference',
    ],
    ['a picture by its source', '<image src="https://evil.example/x.png"/>', 'reference'],
    ['parts of elsewhere', '<use href="https://evil.example/x.svg#a"/>', 'reference'],
    ['parts of a document in the reference', '<use href="data:image/svg+xml;base64,AAAA#a"/>', 'reference'],
    ['a script as a reference', '<use href="java&#x0A;script:1"/>', 'reference'],
    ['a gradient of elsewhere', '<linearGradient href="x.svg#a"/>', 'reference'],
    ['a filter picture', '<filter><feImage href="https://evil.example/x"/></filter>', 'element feImage'],
    ['a colour profile', '<color-profile href="https://evil.example/x"/>', 'element color-profile'],
    ['a font of elsewhere', '<font-face-uri href="https://evil.example/x"/>', 'element font-face-uri'],
    ['a cursor', '<cursor href="https://evil.example/x"/>', 'element cursor'],
    ['a base', '<g xml:base="https://evil.example/"/>', 'reference'],
    ['a fill of elsewhere', '<path fill="url(https://evil.example/x#a)"/>', 'value of fill'],
    ['a fill of elsewhere in quotes', '<path fill="url(\'x.svg#a\')"/>', 'value of fill'],
    [
      'a fill of elsewhere with decoded brackets',
      '<path fill="url&#40;https://evil.example/x&#41;"/>',
      'value of fill',
    ],
    ['a fill with an escape', '<path fill="u\\72l(x)"/>', 'value of fill'],
    ['a fill with a comment', '<path fill="url/**/(x)"/>', 'value of fill'],
    ['a mask of elsewhere', '<g mask="url(//evil.example/x#a)"/>', 'value of mask'],
    ['a clip of elsewhere', '<g clip-path="URL(//evil.example/x#a)"/>', 'value of clip-path'],
    ['a filter of elsewhere', '<g filter="blur(2px) url(x.svg#a)"/>', 'value of filter'],
    ['a marker of elsewhere', '<path marker-end="url( x.svg#a )"/>', 'value of marker-end'],
    ['a set of pictures', '<g mask="image-set(&quot;x.png&quot; 1x)"/>', 'value of mask'],
    ['a set of pictures with a prefix', '<g style="mask:-webkit-image-set(url(x) 1x)"/>', 'style'],
    ['a variable', '<g style="fill:var(--x)"/>', 'style'],
    ['an attribute as a value', '<g fill="attr(data-x)"/>', 'value of fill'],
    ['a style that loads', '<g style="background:url(https://evil.example)"/>', 'style'],
    ['a style that loads, decoded', '<g style="fill:url&#40;https://evil.example&#41;"/>', 'style'],
    ['a style that loads behind a comment', '<g style="fill:/*;*/url(x)"/>', 'style'],
    ['a style that binds', '<g style="-moz-binding:url(x)"/>', 'style'],
    ['a style with an escape', '<g style="f\\69ll:red"/>', 'style'],
    ['a style sheet that loads', '<style>a{fill:url(https://evil.example)}</style>', 'style'],
    ['a style sheet that imports', '<style>@import "x";</style>', 'style'],
    ['a style sheet that imports, decoded', '<style>&#64;import "x";a{fill:red}</style>', 'style'],
    ['a style sheet that imports in plain characters', '<style><![CDATA[@import url(x);]]></style>', 'style'],
    ['a style sheet in pieces', '<style>@im<![CDATA[port "x";]]>a{}</style>', 'style'],
    ['a style sheet with an escape', '<style>a{fill:u\\72l(x)}</style>', 'style'],
    ['a style sheet with a font', '<style>@font-face{font-family:x;src:url(x)}</style>', 'style'],
    ['a style sheet with a source outside of a rule', '<style>a{font-family:x;src:url(x)}</style>', 'style'],
    ['a style sheet with an open comment', '<style>a{fill:red}/*</style>', 'style'],
    ['a style sheet with a rule in a rule', '<style>a{b{fill:red}}</style>', 'style'],
    ['a style sheet with an end in it', '<style>a{fill:red}&lt;/style&gt;&lt;script&gt;</style>', 'style'],
    ['a style sheet that reads attributes', '<style>a[href^="x"]{fill:red}</style>', 'style'],
    // What a parser could be led astray with.
    ['a processing instruction', '<?xml-stylesheet href="x"?>', 'processing instruction'],
    ['a placeholder in a tag', '<rect width="{{name}}"/>', 'value of width'],
    ['a name with a sign', '<g id="a&quot;onload=&quot;x"/>', 'value of id'],
  ])('is refused with %s', (_what, inside, found) => {
    expect(cleaned(svg(inside))).toBe(`svg_unsafe: ${found}`)
  })

  it.each<[string, string]>([
    ['nothing', ''],
    ['a page', '<html/>'],
    ['a page that is named so', '<svg xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['text alone', 'x'],
    ['two roots', '<svg/><svg/>'],
    ['no end', OPEN],
    ['wrong ends', svg('<g><path></g></path>')],
    ['an entity', svg('&x;')],
    ['an entity of pages', svg('&nbsp;')],
    ['an unknown prefix', svg('<é:script/>')],
    ['an attribute twice', svg('<g a="1" a="2"/>')],
    [
      'an attribute twice by its name space',
      svg('<g xlink:a="1" xmlns:y="http://www.w3.org/1999/xlink" y:a="2"/>'),
    ],
    ['an attribute without quotes', svg('<use href=#a />')],
    ['a slash as a space', svg('<g/onload="x">')],
    ['a null', svg('\0')],
    ['a written null', svg('&#0;')],
    ['half a character', svg('\ud800')],
    ['a tag in an attribute', svg('<g id="<script>"/>')],
    ['a comment that is none', svg('<!-- -- > <script/> -->')],
    ['a declaration within', svg('<!ENTITY x "y">')],
    ['another meaning of xml', '<svg xmlns:xml="http://www.w3.org/2000/svg"/>'],
  ])('with %s is malformed', (_what, text) => {
    expect(cleaned(text)).toBe('svg_malformed')
  })

  it.each<[string, string]>([
    ['entities', '<!DOCTYPE svg [<!ENTITY x "<script/>">]><svg/>'],
    [
      'entities of elsewhere',
      '<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd" [ <!ENTITY % x SYSTEM "file:///etc/passwd"> %x; ]><svg/>',
    ],
  ])('with a document type of its own is refused: %s', (_what, text) => {
    expect(cleaned(text)).toBe('svg_unsafe: declaration')
  })

  it.each<[string, string, string]>([
    ['comments', '<!-- <script/> --><g/>', '<g/>'],
    [
      'what editors note for themselves',
      '<x:view xmlns:x="urn:x" onload="1"><g/><script/></x:view><g x:y="1" xmlns:x="urn:x"/>',
      '<g/>',
    ],
    ['descriptions for machines', '<metadata><a href="https://x"/></metadata><g/>', '<g/>'],
    ['attributes that are not known', '<g data-x="javascript:1" role="img" tabindex="1"/>', '<g/>'],
    ['text that is not shown', '<g>x&lt;y</g>', '<g/>'],
    [
      'properties that are not known',
      '<g style="fill:red;-x-note:\'a b\';position:fixed"/>',
      '<g style="fill:red"/>',
    ],
    ['plain characters as such', '<text><![CDATA[<script>&]]></text>', '<text>&#60;script&#62;&#38;</text>'],
    ['the older reference', '<use xlink:href="#a"/>', '<use href="#a"/>'],
    [
      'space in an embedded picture',
      '<image href="data:image/png;base64,AA\nAA "/>',
      '<image href="data:image/png;base64,AAAA"/>',
    ],
    ['quotes around an own reference', '<path fill="url(\'#a\')"/>', '<path fill="url(#a)"/>'],
    [
      'comments in style sheets',
      '<style>/* a */ .b , #c > g { fill : red ; } </style>',
      '<style>.b,#c &#62; g&#123;fill:red&#125;</style>',
    ],
    ['a rule with nothing left', '<style>a{position:fixed}</style>', '<style/>'],
    ['numeric entities', '<path fill="&#x23;f00"/>', '<path fill="#f00"/>'],
  ])('is written anew without %s', (_what, inside, expected) => {
    expect(within(inside)).toBe(expected)
  })

  it('has the five entities, and a head without entities of its own is passed over', () => {
    const head =
      '<?xml version="1.0" encoding="UTF-16"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">\n'
    expect(cleaned(`${head}${svg('<text>&amp;&lt;&gt;&quot;&apos;</text>')}`)).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg"><text>&#38;&#60;&#62;&#34;&#39;</text></svg>',
    )
  })

  it('is the same when it is cleaned twice', () => {
    const once = cleaned(
      svg('<style>.a&gt;g{fill:url(#b)}</style><text class="a" style="font:12px \'A B\'">&lt;é{{x}}</text>'),
    )
    expect(cleaned(once)).toBe(once)
  })

  it('comes out without anything that runs or loads, whatever it is made of', () => {
    const parts = [
      '<script>',
      'href="javascript:1"',
      '<g ',
      '>',
      '/>',
      '</g>',
      '<style>',
      '</style>',
      '@import',
      'url(',
      'x)',
      '&#40;',
      '"',
      "'",
      'onload="x"',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      'style="',
      'fill:',
      '{',
      '}',
      '#a',
      '<use ',
      '\\',
      ';',
      ' ',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 30 }), (pieces) => {
        const read = readSvg(svg(pieces.join('')))
        if (!read.ok) return
        const out = writeSvg(read.value)
        expect(out).not.toMatch(/<script|onload|javascript|@import|url\((?!#)|\\|<!|<\?/i)
        expect(readSvg(out).ok).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a picture that is too much', () => {
  const times = (count: number, of: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => of(at)).join('')

  it.each<[string, string]>([
    ['in length', svg(`<text>${'x'.repeat(262_144)}</text>`)],
    ['in depth', svg('<g>'.repeat(20_000))],
    ['in depth of what is left out', svg('<metadata>'.repeat(20_000))],
    ['in elements', svg('<g/>'.repeat(21_000))],
    ['in attributes', svg(`<g ${times(200, (at) => `a${at}="1" `)}/>`)],
    [
      'in parts within parts',
      svg(times(12, (at) => `<g id="a${at}">${`<use href="#a${at + 1}"/>`.repeat(10)}</g>`)),
    ],
    [
      'in masks within masks',
      svg(times(12, (at) => `<mask id="a${at}">${`<g mask="url(#a${at + 1})"/>`.repeat(10)}</mask>`)),
    ],
    [
      'in masks of a style sheet',
      svg(
        `<style>${times(12, (at) => `.a${at}{mask:url(#a${at + 1})}`)}</style>${times(12, (at) => `<mask id="a${at}">${`<g class="a${at}"/>`.repeat(10)}</mask>`)}`,
      ),
    ],
    ['as a part of itself', svg('<g id="a"><use href="#a"/></g>')],
    ['as a part of a part of itself', svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>')],
    ['in rules', svg(`<style>${times(600, (at) => `.a${at}{fill:url(#a)}`)}</style>`)],
  ])('%s is refused at once', async (_what, text) => {
    await costsAtMost(400, () => readSvg(text))
    expect(cleaned(text)).toBe('svg_too_large')
  })

  it.each(['<', ' on', 'href=', '{{', '<style>/*', '"', '<g>/*', '&#40;', '<!--', '<g a="', ']]>', 'url('])(
    'of %j again and again is refused at once',
    async (part) => {
      const text = `${OPEN}${part.repeat(Math.floor(260_000 / part.length))}`
      await costsAtMost(400, () => readSvg(text))
    },
  )

  it.each<[string, string]>([
    ['comments', `<style>${'/*'.repeat(100_000)}</style>`],
    ['closed comments', `<style>${'/**/'.repeat(50_000)}</style>`],
    ['brackets', `<style>${'a{}'.repeat(60_000)}</style>`],
    ['calls', `<g transform="${'rotate('.repeat(30_000)}"/>`],
    ['spaces', `<g transform="${' '.repeat(250_000)}x"/>`],
    ['references', `<path fill="${'url(#a) '.repeat(30_000)}"/>`],
    ['almost references', `<path fill="url(${' '.repeat(250_000)}x"/>`],
    ['declarations', `<g style="${'a:b;'.repeat(60_000)}"/>`],
  ])('of %s within a value costs little', async (_what, inside) => {
    await costsAtMost(600, () => readSvg(svg(inside)))
  })
})
