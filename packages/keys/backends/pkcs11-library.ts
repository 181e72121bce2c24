/**
 * What we use of `pkcs11js`, typed here because the product does not depend on it, and the numbers of PKCS#11 2.40 and
 * 3.0 beside it. A native module is initialised once for a process however many keys are opened in it, and finalised
 * with the last of them; where somebody else has initialised it, it stays theirs.
 */
import { endianness } from 'node:os'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type BackendContext, type BackendRefusal, loadPackage } from './backend.ts'

export type Handle = Buffer

export interface Attribute {
  readonly type: number
  readonly value?: Buffer | number | boolean | string
}

export interface Mechanism {
  readonly mechanism: number
  readonly parameter?: {
    readonly type: number
    readonly hashAlg: number
    readonly mgf: number
    readonly saltLen: number
  }
}

export interface Pkcs11Library {
  load(path: string): void
  close(): void
  C_Initialize(): void
  C_Finalize(): void
  C_GetSlotList(tokenPresent: boolean): Handle[]
  C_GetTokenInfo(slot: Handle): Readonly<Record<string, unknown>>
  C_OpenSession(slot: Handle, flags: number): Handle
  C_CloseSession(session: Handle): void
  C_Login(session: Handle, userType: number, pin: string): void
  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void
  C_FindObjects(session: Handle, maximum: number): Handle[]
  C_FindObjectsFinal(session: Handle): void
  C_GetAttributeValue(session: Handle, object: Handle, template: readonly Attribute[]): readonly Attribute[]
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void
  C_Sign(session: Handle, data: Buffer, output: Buffer): Buffer
}

export const CKA = {
  class: 0x000,
  label: 0x003,
  value: 0x011,
  keyType: 0x100,
  id: 0x102,
  modulus: 0x120,
  publicExponent: 0x122,
  ecParams: 0x180,
  ecPoint: 0x181,
} as const

export const CKO = { certificate: 1, publicKey: 2, privateKey: 3 } as const
export const CKK = { rsa: 0x00, ec: 0x03, ecEdwards: 0x40 } as const
export const CKM = { rsaPkcs: 0x0001, rsaPkcsPss: 0x000d, ecdsa: 0x1041, eddsa: 0x1057 } as const

/** CKM_SHA…, CKG_MGF1_SHA…, and the DER before a digest in PKCS#1 v1.5 (RFC 8017 §9.2, note 1). */
export const HASH_NUMBERS: Readonly<Record<string, { hashAlg: number; mgf: number; prefix: string }>> = {
  sha256: { hashAlg: 0x250, mgf: 2, prefix: '3031300d060960864801650304020105000420' },
  sha384: { hashAlg: 0x260, mgf: 3, prefix: '3041300d060960864801650304020205000430' },
  sha512: { hashAlg: 0x270, mgf: 4, prefix: '3051300d060960864801650304020305000440' },
}

/** Ours of `pkcs11js`: how it marks the parameter of a mechanism. */
export const PSS_PARAMETER_TYPE = 5

export const CKR = {
  attributeSensitive: 0x11,
  attributeTypeInvalid: 0x12,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLengthRange: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  userAlreadyLoggedIn: 0x100,
  userPinNotInitialized: 0x102,
  alreadyInitialized: 0x191,
} as const

/** A CK_ULONG, in the byte order and width of the machine. */
export function numberOf(value: Buffer | undefined): number | undefined {
  if (value?.length !== 4 && value?.length !== 8) return undefined
  const bytes = endianness() === 'LE' ? value.toReversed() : value
  return Array.from(bytes).reduce((number, byte) => number * 256 + byte, 0)
}

/** The CKR_ value; `undefined` for anything else that was thrown. */
export function returnValueOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'number' ? code : undefined
}

export interface SharedLibrary {
  readonly library: Pkcs11Library
  release(): void
}

interface OpenLibrary {
  readonly library: Pkcs11Library
  readonly isOurs: boolean
  users: number
}

/** By path. One process has one state of each native module, whoever asks for it. */
const openLibraries = new Map<string, OpenLibrary>()

const PACKAGE_NAME = 'pkcs11js'

export async function shareLibrary(
  modulePath: string,
  context: BackendContext,
): Promise<Result<SharedLibrary, BackendRefusal>> {
  const loaded = await loadPackage('pkcs11', PACKAGE_NAME, context)
  if (!loaded.ok) return loaded
  const Library = constructorOf(loaded.value)
  if (!Library) return refuse({ code: 'module_unusable', backend: 'pkcs11' })
  const open = openLibraries.get(modulePath) ?? openLibrary(Library, modulePath)
  if (!open) return refuse({ code: 'module_unusable', backend: 'pkcs11' })
  openLibraries.set(modulePath, open)
  open.users += 1
  const { library } = open
  return ok({ library, release: () => release(modulePath, open) })
}

function openLibrary(Library: new () => Pkcs11Library, modulePath: string): OpenLibrary | undefined {
  const library = new Library()
  try {
    library.load(modulePath)
    return { library, isOurs: initialise(library), users: 0 }
  } catch {
    return undefined
  }
}

/** Whether it was us who did it. */
export function initialise(library: Pkcs11Library): boolean {
  try {
    library.C_Initialize()
    return true
  } catch (error) {
    if (returnValueOf(error) === CKR.alreadyInitialized) return false
    throw error
  }
}

function release(modulePath: string, open: OpenLibrary): void {
  open.users -= 1
  if (open.users > 0) return
  openLibraries.delete(modulePath)
  const { isOurs, library } = open
  try {
    if (isOurs) library.C_Finalize()
    library.close()
  } catch {
    // A device that is gone cannot be closed either.
  }
}

/** A CommonJS package: its names may stand on the module or on its default. */
function constructorOf(loaded: unknown): (new () => Pkcs11Library) | undefined {
  const member = (of: unknown, name: string): unknown =>
    (typeof of === 'object' && of !== null) || typeof of === 'function' ? Reflect.get(of, name) : undefined
  const found = member(loaded, 'PKCS11') ?? member(member(loaded, 'default'), 'PKCS11')
  return typeof found === 'function' ? (found as new () => Pkcs11Library) : undefined
}
