import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readHoconFile } from './hocon.ts'
import { ALLOWED_COMPONENTS, LIMITS } from './hocon-data-only.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hocon-'))
  mkdirSync(join(folder, 'config', 'below'), { recursive: true })
  write('other.conf', 'y = 1')
  write('below/deeper.conf', 'z = 1')
  write('code.js', 'globalThis.ranFromConfig = true; module.exports = { y: 1 }')
  writeFileSync(join(folder, 'outside.conf'), 'secret = 1')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  expect(Reflect.get(globalThis, 'ranFromConfig')).toBeUndefined()
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

function write(name: string, text: string): void {
  writeFileSync(join(folder, 'config', name), text)
}

async function read(text: string): Promise<unknown> {
  write('main.conf', text)
  const found = await readHoconFile(join(folder, 'config', 'main.conf'))
  if (found.ok) return found.value
  return found.error.code === 'file_unreadable' ? found.error.reason : found.error.code
}

const RUN = 'globalThis.ranFromConfig=true'
const INCLUDE = 'an include names a file in the same folder or below, in quotes'
const TRANSFORM = 'transforms (| …) are not read: put text with such a sign in quotes'

describe('a configuration file', () => {
  it.each<[string, string, object]>([
    ['objects and lists', 'a { b = [1, {c: two}] }', { a: { b: [1, { c: 'two' }] } }],
    ['JSON', '{"a": {"b": [1.5, true, null]}}', { a: { b: [1.5, true, null] } }],
    ['paths as keys', 'a.b = 1\na."c.d" = 2', { a: { b: 1, 'c.d': 2 } }],
    ['its own values', `a = x\nb = \${a}y\nc = \${?b} z`, { a: 'x', b: 'xy', c: 'xy z' }],
    ['a value of the environment', `a = \${?HOCON_TEST}`, { a: 'from outside' }],
    ['nothing for one that is not there', `a = 1\na = \${?HOCON_ABSENT}`, { a: 1 }],
    ['an appended list', `a = [1]\na = \${a} [2]`, { a: [1, 2] }],
    ['merged objects', 'a { x = 1 }\na { y = 2 }', { a: { x: 1, y: 2 } }],
    ['several lines', 'a = """x\ny | eval { b }"""', { a: 'x\ny | eval { b }' }],
    ['a sign of a transform in quotes', 'a = "x | eval { y }"', { a: 'x | eval { y }' }],
    ['braces in a quoted key, as a name', `"{${RUN}}" = 1`, { [`{${RUN}}`]: 1 }],
    [
      'braces in a key put together, as a name',
      `p = "{${RUN}}"\n\${p} = 1`,
      { p: `{${RUN}}`, '{globalThis': { 'ranFromConfig=true}': 1 } },
    ],
    ['an optional reference with braces, as nothing', `a { b = 1 }\nx = \${?a."{${RUN}}"}`, { a: { b: 1 } }],
    ['members of every object, as nothing', `a = \${?toString}\nb = \${?a.constructor.name}`, {}],
    ['another file', 'include "other.conf"', { y: 1 }],
    ['another file without its extension', 'include "other"', { y: 1 }],
    ['another file below', 'include file("below/deeper.conf")', { z: 1 }],
    ['another file that has to be there', 'x = 2\ninclude required(file("other.conf"))', { x: 2, y: 1 }],
    ['another file at a key', 'a { include "other.conf" }', { a: { y: 1 } }],
    ['nothing of one that is not there', 'a = 1\ninclude "absent.conf"', { a: 1 }],
  ])('reads %s', async (_what, text, value) => {
    process.env['HOCON_TEST'] = 'from outside'
    expect(await read(text)).toEqual(value)
  })

  it.each<[string, string, string]>([
    ['a transform', `x = 1 | eval { expr: "${RUN}" }`, `${TRANSFORM}, line 1 column 7`],
    ['a transform of text', `x = "a" | invoke { name: b }`, `${TRANSFORM}, line 1 column 9`],
    ['a transform of nothing', `x = | eval { expr: "${RUN}" }`, `${TRANSFORM}, line 1 column 5`],
    ['a transform in a list', `x = [1, 2 | eval { expr: "${RUN}" }]`, `${TRANSFORM}, line 1 column 11`],
    [
      'a transform in an object',
      `\n\na { b { c = 1 | eval { expr: "${RUN}" } } }`,
      `${TRANSFORM}, line 3 column 15`,
    ],
    [
      'a transform of a substitution',
      `a = 1\nx = \${a} | eval { expr: "${RUN}" }`,
      `${TRANSFORM}, line 2 column 10`,
    ],
    [
      'a transform named by a substitution',
      `n = eval\nx = 1 | \${n} { expr: "${RUN}" }`,
      `${TRANSFORM}, line 2 column 7`,
    ],
    [
      'a transform of an include',
      `include "other.conf" | eval { expr: "${RUN}" }`,
      `${TRANSFORM}, line 1 column 22`,
    ],
    ['a reference with braces', `a { b = 1 }\nx = \${a."{${RUN}}"}`, 'Unable to resolve'],
    ['a reference with a star and braces', `a { b = 1 }\nx = \${a."*{${RUN}}"}`, 'Unable to resolve'],
    ['a reference put together', `a { b = 1 }\np = "{${RUN}}"\nx = \${a.\${p}}`, 'Unable to resolve'],
    [
      'a name that is code in a function’s head',
      `a { "b=${RUN}" = 1 }\nx = \${a."{1}"}`,
      'Unable to resolve',
    ],
    ['a sign of the library’s own language', 'x = @"other.conf"', 'Unexpected character'],
    ['an assignment of the library’s own language', 'x := 1', 'Unexpected token'],
    ['an included script', 'include "code.js"', `${INCLUDE}, line 1 column 1`],
    ['an included script by its builder', 'include script("other.conf")', `${INCLUDE}, line 1 column 1`],
    ['an included transform', 'include eval("other.conf")', `${INCLUDE}, line 1 column 1`],
    [
      'options of an include',
      `include { url = "other.conf", query = "{${RUN}}" }`,
      `${INCLUDE}, line 1 column 1`,
    ],
    [
      'transforms in options',
      `include { url = "other.conf", transforms = [{ eval { expr = "${RUN}" } }] }`,
      `${INCLUDE}, line 1 column 1`,
    ],
    ['a builder in options', 'include { url = "code.js", builder = script }', `${INCLUDE}, line 1 column 1`],
    [
      'a scope in options',
      `include { url = "other.conf", scope = "x = 1 | eval { expr: '${RUN}' }" }`,
      `${INCLUDE}, line 1 column 1`,
    ],
    ['an include at a value', 'x = include content("/etc/passwd")', `${INCLUDE}, line 1 column 5`],
    ['a file anywhere', 'include "/etc/passwd"', `${INCLUDE}, line 1 column 1`],
    ['a file anywhere by its URL', 'include "file:///etc/passwd"', `${INCLUDE}, line 1 column 1`],
    ['a file above', 'include "../outside.conf"', `${INCLUDE}, line 1 column 1`],
    ['a file above, from below', 'include "below/../../outside.conf"', `${INCLUDE}, line 1 column 1`],
    ['a file above, encoded', 'include "%2e%2e/outside.conf"', `${INCLUDE}, line 1 column 1`],
    ['a file above, escaped', 'include "\\u002e\\u002e/outside.conf"', `${INCLUDE}, line 1 column 1`],
    ['a file of another kind', 'include "key.pem"', `${INCLUDE}, line 1 column 1`],
    ['a file named by a substitution', `n = "other.conf"\ninclude \${n}`, `${INCLUDE}, line 2 column 1`],
    ['a file named by the environment', `include \${?HOME}`, `${INCLUDE}, line 1 column 1`],
    ['a file of a module', 'include classpath("package.json")', `${INCLUDE}, line 1 column 1`],
    ['a file of a module, by its URL', 'include "modulepath://package.json"', `${INCLUDE}, line 1 column 1`],
    ['a text as a file', 'include context("x")', `${INCLUDE}, line 1 column 1`],
    ['a URL', 'include url("http://127.0.0.1:9/x.conf")', `${INCLUDE}, line 1 column 1`],
    ['a URL, plain', 'include "https://127.0.0.1:9/x.conf"', `${INCLUDE}, line 1 column 1`],
    ['the library’s own word', 'require "other.conf"', `${INCLUDE}, line 1 column 1`],
    [
      'an include that is looked up in the environment',
      'include env("other.conf")',
      `${INCLUDE}, line 1 column 1`,
    ],
    ['a file that is not there and has to be', 'include required("absent.conf")', 'Unable to include'],
    ['a file that includes itself', 'include "main.conf"', 'cycle'],
    ['a folder', 'include "below.conf/"', `${INCLUDE}, line 1 column 1`],
    ['a prototype', '__proto__ { polluted = 1 }', 'a key may not be named __proto__, line 1 column 1'],
    ['a prototype in a path', 'a."__proto__".polluted = 1', 'a key may not be named __proto__'],
    ['a prototype in parts', '"__pro""to__" { polluted = 1 }', 'a key may not be named __proto__'],
    ['a prototype, escaped', '"\\u005f_proto__" { polluted = 1 }', 'a key may not be named __proto__'],
    [
      'a prototype by a substitution',
      `p = __proto__\n\${p} { polluted = 1 }`,
      'a key may not be named __proto__, line 2',
    ],
    ['a prototype in JSON', '{"a": {"__proto__": {"polluted": 1}}}', 'a key may not be named __proto__'],
    [
      'a constructor',
      'constructor.prototype.polluted = 1',
      'a key may not be named constructor, line 1 column 1',
    ],
    ['a value of itself', `a = \${a}`, "Unable to resolve 'a', line 1 column 5"],
    ['a value that grows by itself', `a = \${a}x`, "Unable to resolve 'a', line 1 column 5"],
    ['two values of each other', `a = \${b}x\nb = \${a}y`, 'Unable to resolve'],
    ['a list as a whole', '[1, 2]', 'not an object at the top level'],
  ])('is refused with %s', async (_what, text, reason) => {
    expect(await read(text)).toContain(reason)
  })

  it('names the included file in which something is wrong', async () => {
    write('other.conf', `\nx = 1 | eval { expr: "${RUN}" }`)
    expect(await read('include "other.conf"')).toBe(`${TRANSFORM}, line 2 column 7 of other.conf`)
  })

  it('does not follow links out of its folder, and follows those within', async () => {
    symlinkSync(join(folder, 'outside.conf'), join(folder, 'config', 'link.conf'))
    expect(await read('include "link.conf"')).toBe('an included file leads out of the folder')
    symlinkSync(folder, join(folder, 'config', 'up'))
    expect(await read('include "up/outside.conf"')).toBe('an included file leads out of the folder')
    symlinkSync(join(folder, 'config', 'other.conf'), join(folder, 'config', 'same.conf'))
    expect(await read('include "same.conf"')).toEqual({ y: 1 })
  })

  it('may itself be a link, as in a mounted volume', async () => {
    mkdirSync(join(folder, 'mounted'))
    symlinkSync(join(folder, 'config', 'below', 'deeper.conf'), join(folder, 'mounted', 'web.conf'))
    expect(await readHoconFile(join(folder, 'mounted', 'web.conf'))).toEqual({ ok: true, value: { z: 1 } })
  })

  it('includes no pipe, no folder and nothing large', async () => {
    execFileSync('mkfifo', [join(folder, 'config', 'pipe.conf')])
    expect(await read('include "pipe.conf"')).toBe('an included file is not a file')
    mkdirSync(join(folder, 'config', 'folder.conf'))
    expect(await read('include "folder.conf"')).toBe('an included file is not a file')
    write('other.conf', '#'.repeat(LIMITS.fileBytes + 1))
    expect(await read('include "other.conf"')).toBe('a file larger than 256 KiB')
    expect(await read('#'.repeat(LIMITS.fileBytes + 1))).toBe('a file larger than 256 KiB')
  })

  it('includes so many files and no more, however they multiply', async () => {
    for (let at = 0; at < 30; at += 1)
      write(`many${at}.conf`, `include "many${at + 1}.conf"\nx { include "many${at + 1}.conf" }`)
    expect(await read('include "many0.conf"')).toBe('more than 20 files')
  })

  it('asks nobody', async () => {
    let asked = 0
    const server = createServer((_request, response) => {
      asked += 1
      response.end('x = 1')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    for (const form of [
      'url("URL")',
      '"URL"',
      'file("URL")',
      'required(url("URL"))',
      'http("URL")',
      '{ url = "URL" }',
    ])
      await read(`include ${form.replace('URL', `http://127.0.0.1:${port}/x.conf`)}`)
    server.close()
    expect(asked).toBe(0)
  })

  const multiplied = (levels: number, of: (name: string) => string) =>
    [
      'a0 = [1, 1, 1, 1]',
      ...Array.from({ length: levels }, (_, at) => `a${at + 1} = ${of(`\${a${at}}`)}`),
    ].join('\n')

  it.each<[string, string, string]>([
    [
      'lists that multiply',
      multiplied(12, (name) => `[${Array(10).fill(name).join(',')}]`),
      'substitutions become too large',
    ],
    ['lists that double', multiplied(40, (name) => `${name} ${name}`), 'substitutions become too large'],
    [
      'text that doubles',
      multiplied(60, (name) => `${name}${name}`).replace('[1, 1, 1, 1]', 'xxxx'),
      'substitutions become too large',
    ],
    ['lists in lists', `x = ${'['.repeat(50_000)}`, 'nested deeper than 64, line 1'],
    ['objects in objects', 'a {'.repeat(20_000), 'nested deeper than 64, line 1'],
    [
      'substitutions in substitutions',
      `x = ${'$'}{`.padEnd(50_000, `${'$'}{`),
      'nested deeper than 64, line 1',
    ],
    [
      'a reference that is never there, a thousand times',
      `a = \${b}\n`.repeat(5_000),
      'more than 1000 substitutions',
    ],
  ])('with %s is refused in a moment', async (_what, text, reason) => {
    let found: unknown
    await costsAtMost(1_500, async () => {
      found = await read(text)
    })
    expect(found).toContain(reason)
  })
})

const LIBRARY = fileURLToPath(new URL('.', import.meta.resolve('@pushcorn/hocon-parser')))

describe('the parser', () => {
  /** `name.js`, and in the name of the folder what it is. */
  const parts = (group: string) =>
    readdirSync(join(LIBRARY, group))
      .map((file) => file.replace('.js', ''))
      .toSorted()

  it('has the parts that were looked at when it was made to read data only', () => {
    expect(readdirSync(LIBRARY).toSorted()).toEqual(
      ['builders', 'cli.js', 'core', 'nodes', 'parser.js', 'sources', 'transforms', 'utils.js'].toSorted(),
    )
    expect(parts('core').join(' ')).toBe(
      'BuilderAdapter Context Node SourceAdapter Token Tokenizer TransformAdapter',
    )
    expect(parts('nodes').join(' ')).toBe(
      'ArrayNode ContentNode FieldNode IncludeNode KeyNode NameNode ObjectNode SracNode SubstitutionNode TransformNode ValueNode',
    )
    expect(Object.keys(ALLOWED_COMPONENTS).toSorted()).toEqual(['builders', 'sources', 'transforms'])
  })

  const components = ['sources', 'builders', 'transforms'].flatMap((group) =>
    parts(group).map((part) => [group, nameOf(part, group)] as const),
  )

  it.each(components)('of %s: %s is refused in every form unless it is listed', async (group, name) => {
    const listed = ALLOWED_COMPONENTS[group]?.includes(name) === true
    const taken = listed && group === 'sources'
    const forms = [`include ${name}("other.conf")`, `include required(${name}("other.conf"))`]
    for (const form of forms) {
      const found = await read(form)
      if (taken) expect(found).toEqual({ y: 1 })
      else expect(found).toContain(INCLUDE)
    }
    expect(await read(`include "${name}://other.conf"`)).toContain(INCLUDE)
    expect(await read(`include { url = "other.conf", builder = ${name}, source = ${name} }`)).toContain(
      INCLUDE,
    )
    expect(await read(`x = [1] | ${name} { expr = "1", name = "x" }`)).toContain(TRANSFORM)
  })

  it('makes code of text, and loads what a text names, only where it was seen', () => {
    const seen = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js') && name !== 'cli.js')
      .flatMap((name) =>
        readFileSync(join(LIBRARY, name), 'utf8')
          .split('\n')
          .filter((line) =>
            /\bFunction\b|\beval\s*\(|\bno_vm\.|\brequire\s*\((?!"[^"]*"\))|\bimport\s*\(/.test(line),
          )
          .map(() => name),
      )
    expect(seen.toSorted()).toEqual([
      'builders/ScriptBuilder.js',
      'builders/ScriptBuilder.js',
      'core/Context.js',
      'parser.js',
      'parser.js',
      'parser.js',
      'transforms/EvalTransform.js',
      'utils.js',
      'utils.js',
    ])
  })
})

/** `Base64DecodeTransform` is `base64-decode` in a file. */
function nameOf(part: string, group: string): string {
  const own = part.slice(0, part.length - group.length + 1)
  return own.replaceAll(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}
