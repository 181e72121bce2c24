/**
 * SoftHSM2 of this machine with a token directory of its own. Keys are made inside the token, sensitive and not
 * extractable, so that a signature can only come from there. The native library reads `SOFTHSM2_CONF` of the process:
 * tests have to run in a process of their own, not in a worker thread.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import pkcs11js from 'pkcs11js'

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

export const softHsmLibrary = libraries.find((path) => existsSync(path))

/** Why the tests cannot run here; `undefined`: they can. */
export function softHsmMissing(): string | undefined {
  if (!isMainThread) return 'SoftHSM reads the environment of the process: run with pool "forks"'
  return softHsmLibrary ? undefined : 'SoftHSM2 is not installed here; on Debian: apt-get install -y softhsm2'
}

export type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'secp256k1' | 'Ed25519' | 'RSA'

export interface TestToken {
  readonly label: string
  readonly pin: string
  /** Logged in for reading and writing. */
  withSession<T>(work: (library: pkcs11js.PKCS11, session: Buffer) => T): T
  /** What a device does that is pulled and put back: every session of every key in this process ends. */
  endAllSessions(): void
}

export interface SoftHsm {
  readonly modulePath: string
  /** Before a key is opened: a library that is at work does not see new tokens. */
  makeToken(label: string, pin: string): TestToken
  remove(): void
}

export function startSoftHsm(): SoftHsm {
  const modulePath = softHsmLibrary
  if (!modulePath) throw new Error(softHsmMissing())
  const folder = mkdtempSync(join(tmpdir(), 'countersign-softhsm-'))
  mkdirSync(join(folder, 'tokens'))
  const conf = join(folder, 'softhsm2.conf')
  writeFileSync(conf, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`)
  process.env.SOFTHSM2_CONF = conf
  return {
    modulePath,
    makeToken(label, pin) {
      const args = ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', '87654321']
      execFileSync('softhsm2-util', args, { stdio: 'ignore' })
      return openToken(modulePath, label, pin)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function openToken(modulePath: string, label: string, pin: string): TestToken {
  const withLibrary = <T>(work: (library: pkcs11js.PKCS11, slot: Buffer) => T): T => {
    const library = new pkcs11js.PKCS11()
    library.load(modulePath)
    // In a process that has it initialised already, this is a guest.
    const isHost = initialise(library)
    try {
      const slot = library
        .C_GetSlotList(true)
        .find((one) => library.C_GetTokenInfo(one).label.trimEnd() === label)
      if (!slot) throw new Error(`no token ${label}`)
      return work(library, slot)
    } finally {
      if (isHost) library.C_Finalize()
    }
  }
  return {
    label,
    pin,
    endAllSessions: () => withLibrary((library, slot) => library.C_CloseAllSessions(slot)),
    withSession: (work) =>
      withLibrary((library, at) => {
        const session = library.C_OpenSession(at, pkcs11js.CKF_RW_SESSION | pkcs11js.CKF_SERIAL_SESSION)
        try {
          logIn(library, session, pin)
          return work(library, session)
        } finally {
          library.C_CloseSession(session)
        }
      }),
  }
}

function initialise(library: pkcs11js.PKCS11): boolean {
  try {
    library.C_Initialize()
    return true
  } catch {
    return false
  }
}

function logIn(library: pkcs11js.PKCS11, session: Buffer, pin: string): void {
  try {
    library.C_Login(session, pkcs11js.CKU_USER, pin)
  } catch (error) {
    if (!(error instanceof pkcs11js.Pkcs11Error && error.code === pkcs11js.CKR_USER_ALREADY_LOGGED_IN)) {
      throw error
    }
  }
}

const curveParameters: Readonly<Record<Exclude<KeyKind, 'RSA'>, string>> = {
  'P-256': '06082a8648ce3d030107',
  'P-384': '06052b81040022',
  'P-521': '06052b81040023',
  secp256k1: '06052b8104000a',
  Ed25519: '06032b6570',
}

const edwardsKeyPairGeneration = 0x1055

export function makeKey(token: TestToken, kind: KeyKind, label: string, id: Buffer): void {
  const marks = [
    { type: pkcs11js.CKA_TOKEN, value: true },
    { type: pkcs11js.CKA_LABEL, value: label },
    { type: pkcs11js.CKA_ID, value: id },
  ]
  const kindOfPublic =
    kind === 'RSA'
      ? [
          { type: pkcs11js.CKA_MODULUS_BITS, value: 2048 },
          { type: pkcs11js.CKA_PUBLIC_EXPONENT, value: Buffer.from('010001', 'hex') },
        ]
      : [{ type: pkcs11js.CKA_EC_PARAMS, value: Buffer.from(curveParameters[kind], 'hex') }]
  const publicTemplate = [...marks, ...kindOfPublic, { type: pkcs11js.CKA_VERIFY, value: true }]
  const privateTemplate = [
    ...marks,
    { type: pkcs11js.CKA_PRIVATE, value: true },
    { type: pkcs11js.CKA_SENSITIVE, value: true },
    { type: pkcs11js.CKA_EXTRACTABLE, value: false },
    { type: pkcs11js.CKA_SIGN, value: true },
  ]
  const mechanism =
    kind === 'RSA'
      ? pkcs11js.CKM_RSA_PKCS_KEY_PAIR_GEN
      : kind === 'Ed25519'
        ? edwardsKeyPairGeneration
        : pkcs11js.CKM_EC_KEY_PAIR_GEN
  token.withSession((library, session) => {
    library.C_GenerateKeyPair(session, { mechanism }, publicTemplate, privateTemplate)
  })
}

/** Removes the objects of a class (all without one) that have the label. */
export function removeObjects(token: TestToken, label: string, objectClass?: number): void {
  const template: pkcs11js.Template = [{ type: pkcs11js.CKA_LABEL, value: label }]
  if (objectClass !== undefined) template.push({ type: pkcs11js.CKA_CLASS, value: objectClass })
  token.withSession((library, session) => {
    library.C_FindObjectsInit(session, template)
    const found = library.C_FindObjects(session, 10)
    library.C_FindObjectsFinal(session)
    for (const object of found) library.C_DestroyObject(session, object)
  })
}

export function storeCertificate(token: TestToken, der: Buffer, label: string, id: Buffer): void {
  token.withSession((library, session) => {
    library.C_CreateObject(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_CERTIFICATE },
      { type: pkcs11js.CKA_CERTIFICATE_TYPE, value: pkcs11js.CKC_X_509 },
      { type: pkcs11js.CKA_TOKEN, value: true },
      { type: pkcs11js.CKA_LABEL, value: label },
      { type: pkcs11js.CKA_ID, value: id },
      { type: pkcs11js.CKA_SUBJECT, value: Buffer.from('3000', 'hex') },
      { type: pkcs11js.CKA_VALUE, value: der },
    ])
  })
}

export function changePin(token: TestToken, from: string, to: string): void {
  token.withSession((library, session) => library.C_SetPIN(session, from, to))
}

export function rename(token: TestToken, from: string, to: string): void {
  token.withSession((library, session) => {
    library.C_FindObjectsInit(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
      { type: pkcs11js.CKA_LABEL, value: from },
    ])
    const [key] = library.C_FindObjects(session, 1)
    library.C_FindObjectsFinal(session)
    if (!key) throw new Error(`no key ${from}`)
    library.C_SetAttributeValue(session, key, [{ type: pkcs11js.CKA_LABEL, value: to }])
  })
}
