/**
 * Makes the HOCON parser a reader of data. As it comes it runs JavaScript: in transforms (`| eval {…}`), in members of keys and
 * substitutions that begin with a brace, in options of an include, in included scripts; it loads from the network, reads any
 * file, and sets members of `Object.prototype`. Here everything that it brings is refused but what is listed, at the place
 * where each of them has to pass: `hocon-data-only.test.ts` holds the lists against the parser's own files.
 */
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context, IncludeNode, Node, Parser, Token, Tokenizer } from '@pushcorn/hocon-parser'

/** The components that count, by the parser's groups of them. */
export const ALLOWED_COMPONENTS: Readonly<Record<string, readonly string[]>> = {
  sources: ['file'],
  builders: ['config'],
  transforms: [],
}

/** Of one file and of all that it includes. */
export const LIMITS = {
  fileBytes: 262_144,
  includedFiles: 20,
  depth: 64,
  substitutions: 1_000,
  /** Strings by their characters, lists and objects by their members, whatever is in them. */
  resolvedSize: 300_000,
  rounds: 100,
} as const

/** Something in a file that is not plainly data. The message repeats nothing of the file's values. */
class NotPlainData extends Error {
  override readonly name = 'NotPlainData'
  readonly at: Token | null
  constructor(problem: string, at: Token | null) {
    super(problem)
    this.at = at
  }
}

/** Once a process, however often it is called: the parser keeps its components in one place for all. */
export function readDataOnly(parser: Parser, utils: Record<string, unknown>): void {
  if (utils[DONE] === true) return
  utils[DONE] = true
  judgeTokens(parser)
  judgeKeys(parser)
  judgeIncludes(parser)
  judgeComponents(parser)
  limitResolution(parser)
  closeExpressions(utils)
}

const DONE = 'readsDataOnly'
const FORBIDDEN_MEMBERS = ['__proto__', 'constructor', 'prototype']

/** Every text that is read becomes tokens here, included files and texts of the parser's own as well. */
function judgeTokens(parser: Parser): void {
  const { TYPE } = parser.getClass('core/Token')
  const { prototype } = parser.getClass('core/Tokenizer')
  const opens = [TYPE['OPEN_CURLY'], TYPE['OPEN_SQUARE'], TYPE['SUBSTITUTION']]
  const closes = [TYPE['CLOSE_CURLY'], TYPE['CLOSE_SQUARE']]
  const tokenize = prototype.tokenize
  prototype.tokenize = function (this: Tokenizer, text) {
    const tokens = tokenize.call(this, text, true)
    let depth = 0
    let substitutions = 0
    for (const token of tokens) {
      if (token.type === TYPE['PIPE'] || token.type === TYPE['AT'])
        throw new NotPlainData('transforms (| …) are not read: put text with such a sign in quotes', token)
      if (token.type === TYPE['SUBSTITUTION'] && ++substitutions > LIMITS.substitutions)
        throw new NotPlainData(`more than ${LIMITS.substitutions} substitutions`, token)
      if (opens.includes(token.type) && ++depth > LIMITS.depth)
        throw new NotPlainData(`nested deeper than ${LIMITS.depth}`, token)
      if (closes.includes(token.type)) depth -= 1
    }
    return tokens
  }
}

/** After substitutions and concatenation, so that no spelling is a way around. */
function judgeKeys(parser: Parser): void {
  const KeyNode = parser.getClass('nodes/KeyNode')
  class PlainKey extends KeyNode {
    override async onResolve(scope?: unknown) {
      const path = await super.onResolve(scope)
      const member = path?.find((one) => FORBIDDEN_MEMBERS.includes(one))
      if (member === undefined) return path
      throw new NotPlainData(`a key may not be named ${member}`, this.firstToken)
    }
  }
  parser.registerNode(PlainKey)
}

/** Folders and a name; of the extensions those that the parser reads as HOCON, or none, for all three of them. */
const PLAIN_INCLUDE = /^(?:file\(|required\(|required\(file\()?(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\)*$/
const READABLE = /^[^.]*\)*$|\.(?:conf|json|properties)\)*$/

/** `include "name"`, and `file(…)` and `required(…)` around it: the name of a file below the one that begins. */
function judgeIncludes(parser: Parser): void {
  const { prototype } = parser.Context
  const createContext = prototype.createContext
  const loaded = new WeakMap<Context, number>()
  prototype.createContext = function (this: Context, resource: unknown, owner: IncludeNode) {
    const isText = owner.sourceNode.children.every((child) => child instanceof parser.getClass('core/Token'))
    const isPlain =
      typeof resource === 'string' && isText && PLAIN_INCLUDE.test(resource) && READABLE.test(resource)
    if (isPlain && owner.firstToken?.value === 'include') return createContext.call(this, resource, owner)
    throw new NotPlainData('an include names a file in the same folder or below, in quotes', owner.firstToken)
  }
  const LibrarySource = parser.getClass('sources/FileSource')
  class FileSource extends LibrarySource {
    override async onLoadFile() {
      const { root, url } = this.context
      const count = (loaded.get(root) ?? 0) + 1
      loaded.set(root, count)
      if (count > LIMITS.includedFiles)
        throw new NotPlainData(`more than ${LIMITS.includedFiles} files`, null)
      const path = fileURLToPath(url?.href ?? '')
      const isFirst = this.context === root
      return (
        (await plainFile(path, isFirst ? undefined : dirname(fileURLToPath(root.url?.href ?? '')))) ??
        this.notFound
      )
    }
  }
  parser.registerComponent(FileSource)
}

/** Undefined when it is not there. With `below`: refused when it lies elsewhere, after links were followed. */
async function plainFile(path: string, below: string | undefined): Promise<string | undefined> {
  const place = await realpath(path).catch(() => undefined)
  if (place === undefined) return undefined
  const way = below === undefined ? '' : relative(await realpath(below), place)
  if (way.startsWith('..') || isAbsolute(way))
    throw new NotPlainData('an included file leads out of the folder', null)
  const found = await stat(place)
  if (!found.isFile()) throw new NotPlainData('an included file is not a file', null)
  if (found.size > LIMITS.fileBytes)
    throw new NotPlainData(`a file larger than ${LIMITS.fileBytes / 1024} KiB`, null)
  return readFile(place, 'utf8')
}

/** The parser finds its components by name, all of them here. */
function judgeComponents(parser: Parser): void {
  const { prototype } = parser.Context
  const resolveComponent = prototype.resolveComponent
  prototype.resolveComponent = async function (this: Context, node: Node, group: string, scope: unknown) {
    const allowed = ALLOWED_COMPONENTS[group] ?? []
    const named: unknown = allowed.length === 0 ? undefined : await node.resolve(scope)
    const name: unknown = typeof named === 'object' && named !== null ? Reflect.get(named, 'name') : undefined
    if (typeof name === 'string' && allowed.includes(name))
      return resolveComponent.call(this, node, group, scope)
    throw new NotPlainData(`${group} other than those of plain data are not used`, node.firstToken)
  }
}

/** Substitutions of substitutions multiply, and are resolved in rounds until nothing changes. */
function limitResolution({ Node: { prototype } }: Parser): void {
  const { resolve, resetResolutionInfo } = prototype
  const rounds = new WeakMap<Node, number>()
  prototype.resolve = async function (this: Node, scope?: unknown) {
    const value = await resolve.call(this, scope)
    if (sizeWithin(value, LIMITS.resolvedSize) < 0)
      throw new NotPlainData('substitutions become too large', this.firstToken)
    return value
  }
  prototype.resetResolutionInfo = function (this: Node, lastScope: unknown) {
    const round = (rounds.get(this) ?? 0) + 1
    rounds.set(this, round)
    if (round > LIMITS.rounds) throw new NotPlainData('substitutions come to no end', this.firstToken)
    resetResolutionInfo.call(this, lastScope)
  }
}

/** What is left of the budget; negative when it does not fit. */
function sizeWithin(value: unknown, budget: number): number {
  if (typeof value === 'string') return budget - value.length
  if (typeof value !== 'object' || value === null) return budget - 1
  let left = budget - 1
  for (const member of Object.values(value)) {
    if (left < 0) return left
    left = sizeWithin(member, left)
  }
  return left
}

const CODE_AND_SEARCH = [
  'compileExprForArray',
  'arrayMap',
  'arrayReduce',
  'invokeWithParams',
  'findFile',
  'findFileSync',
  'debug',
]

/** Members are looked up by name, not by an expression, and only where the object itself has them. */
function closeExpressions(utils: Record<string, unknown>): void {
  utils['query'] = ownMember
  for (const name of CODE_AND_SEARCH)
    utils[name] = () => {
      throw new NotPlainData('expressions are not evaluated', null)
    }
}

function ownMember(value: unknown, path: string | readonly string[]): unknown {
  let found = value
  for (const member of typeof path === 'string' ? path.split('.') : path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, member)) return undefined
    found = Reflect.get(found, member)
  }
  return found
}
