/** The parts of the HOCON parser that are used here; the package brings no types. */
declare module '@pushcorn/hocon-parser' {
  export interface Token {
    readonly type: symbol
    readonly value: unknown
    readonly line: number
    readonly col: number
    readonly quoted: boolean
    /** URL of the file that it stands in. */
    readonly file: string
  }
  export interface Node {
    readonly firstToken: Token | null
    readonly lastToken: Token | null
    resolve(scope?: unknown): Promise<unknown>
    onResolve(scope?: unknown): unknown
    /** Once a round: what refers to something is resolved again until nothing changes. */
    resetResolutionInfo(lastScope: unknown): void
  }
  export interface KeyNode extends Node {
    onResolve(scope?: unknown): Promise<readonly string[] | undefined>
  }
  export interface IncludeNode extends Node {
    readonly sourceNode: { readonly children: readonly unknown[]; readonly firstToken: Token | null }
  }
  export interface Context {
    readonly root: Context
    readonly url: { readonly href: string } | null
    resolve(): Promise<unknown>
    createContext(resource: unknown, owner: IncludeNode): Context
    resolveComponent(node: Node, group: string, scope: unknown): Promise<unknown>
  }
  export interface FileSource {
    readonly context: Context
    readonly notFound: symbol
    onLoadFile(): Promise<string | symbol>
  }
  export interface Tokenizer {
    tokenize(text: string, strict: boolean): readonly Token[]
  }
  export interface Parser {
    readonly Context: {
      new (options: { readonly url: string; readonly strict: boolean }): Context
      readonly prototype: Context
    }
    readonly Node: { new (): Node; readonly prototype: Node; readonly UNSET: symbol }
    getClass(name: 'core/Tokenizer'): { readonly prototype: Tokenizer }
    getClass(name: 'core/Token'): { new (): Token; readonly TYPE: Readonly<Record<string, symbol>> }
    getClass(name: 'nodes/KeyNode'): new (...args: never[]) => KeyNode
    getClass(name: 'sources/FileSource'): new (...args: never[]) => FileSource
    registerComponent(...components: readonly (new (...args: never[]) => object)[]): void
    registerNode(node: new (...args: never[]) => Node): void
  }
  const parser: Parser
  export default parser
}

declare module '@pushcorn/hocon-parser/lib/utils.js' {
  /** Every part of the parser calls these through this object. */
  const utils: Record<string, unknown>
  export default utils
}
