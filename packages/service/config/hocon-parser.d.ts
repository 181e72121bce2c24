/** The part of the HOCON parser that is used here; the package brings no types. */
declare module '@pushcorn/hocon-parser' {
  interface ParseOptions {
    readonly url?: string
    readonly text?: string
    /** True: the language of the HOCON specification, without transformations and script inclusion. */
    readonly strict: boolean
  }
  interface Parser {
    (options: ParseOptions): Promise<unknown>
    readonly SourceAdapter: abstract new (...args: never[]) => object
    readonly BuilderAdapter: abstract new (...args: never[]) => object
    registerComponent(...components: readonly (abstract new (...args: never[]) => object)[]): void
  }
  const parser: Parser
  export default parser
}
