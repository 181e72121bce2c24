import { encodeUtf8 } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAgainstType } from './check-claims.ts'
import { checkIntegrity, integrityValue } from './integrity.ts'
import { type ResolvedType, resolveType, type TypeMetadataSource } from './resolve.ts'
import { renderSvgTemplate } from './svg-template.ts'
import { parseTypeMetadata, readTypeMetadata } from './type-metadata.ts'

const VCT = 'https://types.example/degree'
const BASE = 'https://types.example/base'

const degree: JsonObject = {
  vct: VCT,
  name: 'Degree',
  description: 'What somebody studied',
  extends: BASE,
  display: [
    {
      locale: 'en',
      name: 'Degree',
      rendering: {
        simple: {
          logo: { uri: 'https://types.example/logo.png', 'uri#integrity': 'sha256-x', alt_text: 'A cap' },
          background_color: '#12107c',
          text_color: 'red; background: url(https://evil.example)',
        },
        svg_templates: [{ uri: 'https://types.example/card.svg', properties: { orientation: 'landscape' } }],
      },
    },
  ],
  claims: [
    {
      path: ['degree', 'name'],
      display: [{ locale: 'en', label: 'Degree' }],
      mandatory: true,
      svg_id: 'degree',
    },
    { path: ['given_name'], mandatory: true, sd: 'always', display: [{ lang: 'de', label: 'Vorname' }] },
  ],
}
const base: JsonObject = {
  vct: BASE,
  name: 'Anything',
  claims: [
    { path: ['given_name'], mandatory: true, sd: 'always', display: [{ locale: 'en', label: 'Given name' }] },
  ],
}

function sourceOf(...documents: readonly JsonObject[]): TypeMetadataSource {
  return (vct) => {
    const found = documents.find((document) => document['vct'] === vct || document['asked'] === vct)
    return found === undefined
      ? refuse({ code: 'type_metadata_unavailable', reason: 'not_found' })
      : ok(encodeUtf8(JSON.stringify(found)))
  }
}

function resolved(vct: string, ...documents: readonly JsonObject[]) {
  return resolveType({ vct }, sourceOf(...documents), nodeEngine)
}

function refusalOf(result: { readonly ok: boolean; readonly error?: unknown }) {
  return result.ok ? 'none' : result.error
}

const integrityOf = async (bytes: Uint8Array) => integrityValue(await nodeEngine.digest('sha-256', bytes))

describe('a type metadata document', () => {
  it('is read with its display, claims and templates', () => {
    const read = readTypeMetadata(degree)
    expect(read).toMatchObject({
      ok: true,
      value: {
        vct: VCT,
        extends: BASE,
        display: [
          {
            locale: 'en',
            simple: { logo: { altText: 'A cap', integrity: 'sha256-x' }, backgroundColor: '#12107c' },
            svgTemplates: [{ orientation: 'landscape' }],
          },
        ],
        claims: [
          { path: ['degree', 'name'], mandatory: true, sd: 'allowed', svgId: 'degree' },
          { path: ['given_name'], mandatory: true, sd: 'always', display: [{ locale: 'de' }] },
        ],
      },
    })
  })

  it('gives no colour that is more than a colour, and no picture from a script', () => {
    const read = readTypeMetadata({
      ...degree,
      display: [
        {
          locale: 'en',
          name: 'x',
          rendering: {
            simple: { logo: { uri: 'javascript:alert(1)' }, text_color: 'url(x)', background_color: 'red' },
          },
        },
      ],
    })
    expect(read.ok && read.value.display[0]?.simple).toEqual({})
  })

  it.each<[string, JsonObject, string]>([
    ['no vct', { name: 'x' }, 'vct'],
    ['a vct that is a list', { vct: ['x'] }, 'vct'],
    ['an extension that is no text', { vct: 'x', extends: 1 }, 'extends'],
    [
      'an integrity that is no text',
      { vct: 'x', extends: 'y', 'extends#integrity': {} },
      'extends#integrity',
    ],
    ['claims that are no list', { vct: 'x', claims: {} }, 'claims'],
    ['a claim without a path', { vct: 'x', claims: [{ mandatory: true }] }, 'claims[0]'],
    ['an empty path', { vct: 'x', claims: [{ path: [] }] }, 'claims[0]'],
    ['a path with a fraction', { vct: 'x', claims: [{ path: [0.5] }] }, 'claims[0]'],
    ['an unknown rule', { vct: 'x', claims: [{ path: ['a'], sd: 'sometimes' }] }, 'claims[0]'],
    ['a mandatory that is a text', { vct: 'x', claims: [{ path: ['a'], mandatory: 'true' }] }, 'claims[0]'],
    ['a svg id that is markup', { vct: 'x', claims: [{ path: ['a'], svg_id: '<x>' }] }, 'claims[0]'],
    [
      'one svg id for two claims',
      {
        vct: 'x',
        claims: [
          { path: ['a'], svg_id: 'i' },
          { path: ['b'], svg_id: 'i' },
        ],
      },
      'claims[1].svg_id',
    ],
    ['too many claims', { vct: 'x', claims: Array.from({ length: 501 }, () => ({ path: ['a'] })) }, 'claims'],
  ])('is refused for %s', (_name, document, at) => {
    expect(readTypeMetadata(document)).toEqual({ ok: false, error: { code: 'type_metadata_malformed', at } })
  })

  it('is a value or a refusal for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((it) => JSON.stringify({ vct: 'x', claims: it, display: it })),
        ),
        (text) => {
          expect(typeof parseTypeMetadata(text).ok).toBe('boolean')
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a type that extends another', () => {
  it('has what both say, its own first', async () => {
    const type = await resolved(VCT, degree, base)
    expect(type).toMatchObject({ ok: true, value: { vct: VCT, types: [VCT, BASE], name: 'Degree' } })
  })

  it('keeps labels that it does not repeat', async () => {
    const child = { ...degree, claims: [{ path: ['given_name'], mandatory: true, sd: 'always' }] }
    const type = await resolved(VCT, child, base)
    expect(type.ok && type.value.claims).toMatchObject([{ display: [{ label: 'Given name' }] }])
  })

  it.each<[string, JsonObject]>([
    ['makes a mandatory claim optional', { path: ['given_name'], mandatory: false, sd: 'always' }],
    ['lets what is always withholdable be open', { path: ['given_name'], mandatory: true, sd: 'never' }],
    ['lets the issuer choose again', { path: ['given_name'], mandatory: true }],
  ])('is refused when it %s (§5.6.5)', async (_name, claim) => {
    const type = await resolved(VCT, { ...degree, claims: [claim] }, base)
    expect(refusalOf(type)).toEqual({ code: 'extension_relaxes', path: '["given_name"]', vct: VCT })
  })

  it('is refused when it comes back to itself', async () => {
    const type = await resolved(VCT, degree, { ...base, extends: VCT })
    expect(refusalOf(type)).toEqual({ code: 'extends_circular', vct: VCT })
  })

  it('is refused when the chain has no end in sight', async () => {
    const chain = Array.from({ length: 12 }, (_, n) => ({ vct: `t${n}`, extends: `t${n + 1}` }))
    expect(refusalOf(await resolved('t0', ...chain))).toEqual({ code: 'extends_too_deep', vct: 't8' })
  })

  it('is refused when a document is missing, speaks of another type or is not as promised', async () => {
    expect(refusalOf(await resolved(VCT, degree))).toMatchObject({
      code: 'type_metadata_unavailable',
      vct: BASE,
    })
    const stray = { ...base, vct: 'https://other.example', asked: BASE }
    expect(refusalOf(await resolved(VCT, degree, stray))).toMatchObject({ code: 'type_differs', vct: BASE })
    const promised = { ...degree, 'extends#integrity': await integrityOf(encodeUtf8('{}')) }
    expect(refusalOf(await resolved(VCT, promised, base))).toEqual({ code: 'integrity_wrong', vct: BASE })
  })

  it('is taken when the bytes are as promised', async () => {
    const bytes = encodeUtf8(JSON.stringify(base))
    const promised = { ...degree, claims: [], 'extends#integrity': await integrityOf(bytes) }
    expect((await resolved(VCT, promised, base)).ok).toBe(true)
  })
})

describe('integrity', () => {
  const bytes = encodeUtf8('as it came')

  it('counts the strongest kind of hash alone', async () => {
    const good = await integrityOf(bytes)
    const strong = `sha512-${'A'.repeat(86)}==`
    expect((await checkIntegrity(bytes, good, nodeEngine)).ok).toBe(true)
    expect((await checkIntegrity(bytes, `sha256-${'A'.repeat(43)}= ${good}`, nodeEngine)).ok).toBe(true)
    expect(refusalOf(await checkIntegrity(bytes, `${good} ${strong}`, nodeEngine))).toEqual({
      code: 'integrity_wrong',
    })
    expect(refusalOf(await checkIntegrity(encodeUtf8('as it cam'), good, nodeEngine))).toEqual({
      code: 'integrity_wrong',
    })
  })

  it.each(['', 'md5-AAAA', 'sha256-', 'sha256-AAAA', 'sha256-!!!!', 'x'.repeat(2000)])(
    'is not read from "%s"',
    async (text) => {
      expect(refusalOf(await checkIntegrity(bytes, text, nodeEngine))).toEqual({
        code: 'integrity_malformed',
      })
    },
  )
})

describe('a credential of a type', () => {
  const type: Pick<ResolvedType, 'claims'> = {
    claims: [
      { path: ['a'], mandatory: true, sd: 'allowed', display: [] },
      { path: ['b'], mandatory: true, sd: 'never', display: [] },
      { path: ['c', null], mandatory: false, sd: 'always', display: [] },
    ],
  }

  it('may come without what the holder withholds', () => {
    expect(checkAgainstType(type, { claims: { b: 1 }, disclosedAt: [], complete: false }).ok).toBe(true)
  })

  it.each<[string, JsonObject, readonly (readonly (string | number)[])[], boolean, string, string]>([
    ['what cannot be withheld', { a: 1 }, [], false, 'mandatory_claim_missing', '["b"]'],
    ['something mandatory at its holder', { b: 1 }, [], true, 'mandatory_claim_missing', '["a"]'],
  ])('does not come without %s', (_name, claims, disclosedAt, complete, code, path) => {
    expect(refusalOf(checkAgainstType(type, { claims, disclosedAt, complete }))).toEqual({ code, path })
  })

  it('has its claims open or withholdable as the type says', () => {
    const open = { claims: { b: 1, c: [1, 2] }, disclosedAt: [['c', 0]], complete: false }
    expect(refusalOf(checkAgainstType(type, open))).toEqual({
      code: 'claim_must_be_disclosable',
      path: '["c",null]',
    })
    const hidden = { claims: { b: 1 }, disclosedAt: [['b']], complete: false }
    expect(refusalOf(checkAgainstType(type, hidden))).toEqual({
      code: 'claim_must_not_be_disclosable',
      path: '["b"]',
    })
    const right = { claims: { b: 1, c: [1] }, disclosedAt: [['c', 0]], complete: false }
    expect(checkAgainstType(type, right).ok).toBe(true)
  })
})

describe('an SVG template', () => {
  const claims = [{ path: ['name'], svgId: 'name', mandatory: false, sd: 'allowed', display: [] }] as const
  const svg = (inside: string) => `<svg xmlns="http://www.w3.org/2000/svg"><text>${inside}</text></svg>`
  const render = (template: string, name: string) => renderSvgTemplate(template, claims, { name })

  it('shows the text of a claim, whatever is in it', () => {
    expect(render(svg('{{name}} {{other}}'), '<script>alert("x")</script>{{name}}&')).toEqual({
      ok: true,
      value: svg('&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;&#123;&#123;name&#125;&#125;&#38; '),
    })
  })

  it('may use its own parts and raster pictures', () => {
    const own = `<svg><defs><g id="a"/></defs><use href="#a"/><image href="data:image/png;base64,AAAA"/></svg>`
    expect(render(own, 'x').ok).toBe(true)
  })

  it.each([
    ['a script', '<svg><script>1</script></svg>'],
    ['a script of another name space', '<svg><x:SCRIPT>1</x:SCRIPT></svg>'],
    ['an event handler', '<svg onload="x()"></svg>'],
    ['an event handler after a slash', '<svg><a/onclick=x></a></svg>'],
    ['a foreign object', '<svg><foreignObject/></svg>'],
    ['a document type', '<!DOCTYPE svg [<!ENTITY x "y">]><svg/>'],
    ['an entity', '<svg><!ENTITY x "y"></svg>'],
    ['a style sheet', '<svg><?xml-stylesheet href="x"?></svg>'],
    ['a picture from elsewhere', '<svg><image href="https://evil.example/x.png"/></svg>'],
    ['a reference without quotes', '<svg><use href=//evil.example/x /></svg>'],
    ['a script as a reference', '<svg><a xlink:href="javascript:alert(1)"/></svg>'],
    ['an encoded script as a reference', '<svg><a href="&#106;avascript:alert(1)"/></svg>'],
    ['an SVG within a reference', '<svg><image href="data:image/svg+xml;base64,AAAA"/></svg>'],
    ['a style that loads', '<svg><style>a{background:url(https://evil.example)}</style></svg>'],
    ['a style that imports', '<svg><style>@import "x"</style></svg>'],
    ['an escaped style', '<svg><style>a{background:u\\72l(x)}</style></svg>'],
    ['an animated reference', '<svg><set attributeName="href" to="javascript:1"/></svg>'],
    ['a value within a tag', '<svg><rect width="{{name}}"/></svg>'],
    ['no picture at all', '<html></html>'],
    ['no end', `<svg>${' '.repeat(300_000)}</svg>`],
  ])('with %s is refused whole', (_name, template) => {
    expect(render(template, 'x').ok).toBe(false)
  })

  it('of a million characters is refused at once', async () => {
    for (const part of ['<', ' on', 'href=', '{{', '<style \\', '"']) {
      const template = `<svg>${part.repeat(Math.floor(262_000 / part.length))}`
      await costsAtMost(200, () => renderSvgTemplate(template, claims, {}))
    }
  })
})
