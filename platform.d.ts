/**
 * What the pure packages may take from a platform: the few names that every one has, browsers, servers and workers alike,
 * and of them no more than is needed. `tsconfig.pure.json` checks those packages against this file, without `dom` and without
 * Node's types, so that a clock, a socket or a `Buffer` is a name the compiler does not know. A name is added here when
 * all platforms have had it for years, never because one of them has it.
 */

// URL Standard

declare class URL {
  constructor(url: string, base?: string)
  static canParse(url: string, base?: string): boolean
  static parse(url: string, base?: string): URL | null
  readonly href: string
  readonly origin: string
  readonly protocol: string
  readonly username: string
  readonly password: string
  readonly host: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
  readonly searchParams: URLSearchParams
}

declare class URLSearchParams {
  constructor(init?: string | Readonly<Record<string, string>>)
  get(name: string): string | null
  getAll(name: string): string[]
  has(name: string): boolean
  set(name: string, value: string): void
  keys(): IterableIterator<string>
  toString(): string
}

// Encoding Standard

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, target: Uint8Array): { readonly read: number; readonly written: number }
}

declare class TextDecoder {
  constructor(label?: 'utf-8', options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean })
  decode(bytes: Uint8Array): string
}

// Compression Streams Standard

interface ByteTransform {
  readonly readable: { getReader(): ByteReader }
  readonly writable: { getWriter(): WritableStreamDefaultWriter }
}

interface ByteReader {
  read(): Promise<
    | { readonly done: false; readonly value: Uint8Array }
    | { readonly done: true; readonly value?: Uint8Array }
  >
  cancel(): Promise<void>
}

interface WritableStreamDefaultWriter {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

declare class CompressionStream implements ByteTransform {
  constructor(format: 'deflate' | 'gzip')
  readonly readable: ByteTransform['readable']
  readonly writable: ByteTransform['writable']
}

declare class DecompressionStream implements ByteTransform {
  constructor(format: 'deflate' | 'gzip')
  readonly readable: ByteTransform['readable']
  readonly writable: ByteTransform['writable']
}
