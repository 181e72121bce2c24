/**
 * Keys in a PKCS#11 token: a hardware security module, a smart card, SoftHSM. The calls are synchronous, which keeps the
 * two halves of a signature together: a session can do one operation at a time, and nothing comes between them here.
 * The price is that a slow device holds up its process; for one, run more instances. A session that broke is opened once
 * more for a signature; a pin that is refused is never tried again, since tokens lock after a few.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { ALGORITHM_FACTS, type AlgorithmFacts } from '../engines/node.ts'
import { SignerUnavailable } from '../signers/signer-unavailable.ts'
import { type BackendContext, type BackendKey, type BackendRefusal, digestOf, readSecret } from './backend.ts'
import {
  type Attribute,
  CKA,
  CKM,
  CKO,
  CKR,
  HASH_NUMBERS,
  type Handle,
  initialise,
  type Mechanism,
  numberOf,
  type Pkcs11Library,
  PSS_PARAMETER_TYPE,
  returnValueOf,
  shareLibrary,
} from './pkcs11-library.ts'
import { findObjects, publicKeyOf, type TokenObjects } from './pkcs11-public-key.ts'
import type { Pkcs11Reference, TokenAttribute } from './pkcs11-uri.ts'

export async function openPkcs11Key(
  reference: Pkcs11Reference,
  context: BackendContext,
): Promise<Result<BackendKey, BackendRefusal>> {
  const pin = reference.pin && (await readSecret('pkcs11', reference.pin, context))
  const shared = await shareLibrary(reference.modulePath, context)
  if (!shared.ok) return shared
  const { library, release } = shared.value
  const connected = tried(() => connect(library, reference, pin), release)
  if (!connected.ok) {
    release()
    return connected
  }
  return ok(tokenKey(connected.value, () => connect(library, reference, pin), release))
}

function tried<T>(work: () => T, onFailure: () => void): T {
  try {
    return work()
  } catch (error) {
    onFailure()
    throw unavailable(error)
  }
}

function unavailable(error: unknown): SignerUnavailable {
  return error instanceof SignerUnavailable ? error : new SignerUnavailable('pkcs11', 'device_lost')
}

interface Connection extends TokenObjects {
  readonly key: Handle
  readonly publicJwk: PublicJwk
}

function tokenKey(
  first: Connection,
  reconnect: () => Result<Connection, BackendRefusal>,
  release: () => void,
): BackendKey {
  const { publicJwk } = first
  let connection: Connection | undefined = first
  let isPinRefused = false
  const reopened = (): Connection => {
    if (isPinRefused) throw new SignerUnavailable('pkcs11', 'login_refused')
    if (connection) closeSession(connection)
    connection = undefined
    try {
      const again = reconnect()
      if (!again.ok) throw new SignerUnavailable('pkcs11', 'device_lost')
      connection = again.value
    } catch (error) {
      const failure = unavailable(error)
      isPinRefused = failure.reason === 'login_refused'
      throw failure
    }
    if (sameKey(connection.publicJwk, publicJwk)) return connection
    closeSession(connection)
    connection = undefined
    throw new SignerUnavailable('pkcs11', 'key_changed')
  }
  return {
    publicJwk,
    sign(algorithm, data) {
      try {
        if (connection) return sign(connection, algorithm, data)
      } catch {
        // Whatever it was: a fresh session has no leftovers, and a signature may be asked for twice.
      }
      return tried(
        () => sign(reopened(), algorithm, data),
        () => undefined,
      )
    },
    close() {
      if (connection) closeSession(connection)
      connection = undefined
      release()
    },
  }
}

const SERIAL_SESSION = 0x04

function connect(
  library: Pkcs11Library,
  reference: Pkcs11Reference,
  pin: string | undefined,
): Result<Connection, BackendRefusal> {
  initialise(library)
  const slot = findSlot(library, reference)
  if (!slot.ok) return slot
  const session = library.C_OpenSession(slot.value, SERIAL_SESSION)
  try {
    if (pin !== undefined) logIn(library, session, pin)
    const found = findKey({ library, session }, reference)
    if (!found.ok) closeSession({ library, session })
    return found
  } catch (error) {
    closeSession({ library, session })
    throw error
  }
}

const TOKEN_INITIALISED = 0x400

const TOKEN_INFO_MEMBERS: Readonly<Record<TokenAttribute, string>> = {
  token: 'label',
  manufacturer: 'manufacturerID',
  model: 'model',
  serial: 'serialNumber',
}

function findSlot(
  library: Pkcs11Library,
  { token, slotId }: Pkcs11Reference,
): Result<Handle, BackendRefusal> {
  const wanted = Object.entries(token) as readonly (readonly [TokenAttribute, string])[]
  const slots = library.C_GetSlotList(true).filter((slot) => {
    if (slotId !== undefined && numberOf(slot) !== slotId) return false
    const info = library.C_GetTokenInfo(slot)
    const isReady = typeof info.flags === 'number' && (info.flags & TOKEN_INITIALISED) !== 0
    // Padded with blanks to a fixed width.
    return (
      isReady && wanted.every(([name, text]) => String(info[TOKEN_INFO_MEMBERS[name]]).trimEnd() === text)
    )
  })
  const [slot] = slots
  if (!slot) return refuse({ code: 'token_not_found', backend: 'pkcs11' })
  return slots.length === 1 ? ok(slot) : refuse({ code: 'token_ambiguous', backend: 'pkcs11' })
}

const NORMAL_USER = 1
const PIN_REFUSALS: readonly (number | undefined)[] = [
  CKR.pinIncorrect,
  CKR.pinInvalid,
  CKR.pinLengthRange,
  CKR.pinExpired,
  CKR.pinLocked,
  CKR.userPinNotInitialized,
]

/** The login is the token's and not the session's: another key of this process may have done it. */
function logIn(library: Pkcs11Library, session: Handle, pin: string): void {
  try {
    library.C_Login(session, NORMAL_USER, pin)
  } catch (error) {
    const value = returnValueOf(error)
    if (value === CKR.userAlreadyLoggedIn) return
    throw PIN_REFUSALS.includes(value) ? new SignerUnavailable('pkcs11', 'login_refused') : error
  }
}

function findKey(token: TokenObjects, { label, id }: Pkcs11Reference): Result<Connection, BackendRefusal> {
  const template: Attribute[] = [{ type: CKA.class, value: CKO.privateKey }]
  if (label !== undefined) template.push({ type: CKA.label, value: Buffer.from(label) })
  if (id !== undefined) template.push({ type: CKA.id, value: Buffer.from(id) })
  const [key, second] = findObjects(token, template)
  if (!key) return refuse({ code: 'key_not_found', backend: 'pkcs11' })
  if (second) return refuse({ code: 'key_ambiguous', backend: 'pkcs11' })
  const publicJwk = publicKeyOf(token, key)
  return publicJwk.ok ? ok({ ...token, key, publicJwk: publicJwk.value }) : publicJwk
}

function closeSession({ library, session }: TokenObjects): void {
  try {
    library.C_CloseSession(session)
  } catch {
    // It is gone already.
  }
}

/** Longer than any signature here: RSA with 4096 bits has 512 bytes. */
const SIGNATURE_BUFFER = 1024

function sign(
  { library, session, key }: Connection,
  algorithm: SignatureAlgorithm,
  data: Uint8Array,
): Uint8Array {
  const facts = ALGORITHM_FACTS[algorithm]
  library.C_SignInit(session, mechanismOf(facts), key)
  const signature = library.C_Sign(session, inputOf(facts, data), Buffer.alloc(SIGNATURE_BUFFER))
  return new Uint8Array(signature)
}

/** ECDSA comes as r‖s, the JOSE form (PKCS#11 2.40 §2.3.1). */
function mechanismOf(facts: AlgorithmFacts): Mechanism {
  switch (facts.kind) {
    case 'ecdsa':
      return { mechanism: CKM.ecdsa }
    case 'eddsa':
      return { mechanism: CKM.eddsa }
    case 'rsa': {
      if (facts.saltLength === undefined) return { mechanism: CKM.rsaPkcs }
      const { hashAlg, mgf } = hashOf(facts.hash)
      const parameter = { type: PSS_PARAMETER_TYPE, hashAlg, mgf, saltLen: facts.saltLength }
      return { mechanism: CKM.rsaPkcsPss, parameter }
    }
  }
}

/** The raw mechanisms, which every device has, sign what is prepared here. */
function inputOf(facts: AlgorithmFacts, data: Uint8Array): Buffer {
  if (facts.kind === 'eddsa') return addressable(data)
  const digest = digestOf(facts, data)
  const isPkcs1 = facts.kind === 'rsa' && facts.saltLength === undefined
  return isPkcs1
    ? Buffer.concat([Buffer.from(hashOf(facts.hash).prefix, 'hex'), digest])
    : Buffer.from(digest)
}

function hashOf(name: string) {
  const numbers = HASH_NUMBERS[name]
  if (!numbers) throw new Error('not a hash of an algorithm')
  return numbers
}

/** Libraries refuse the null pointer that an empty buffer of Node has. */
function addressable(data: Uint8Array): Buffer {
  const buffer = Buffer.alloc(data.length + 1)
  buffer.set(data)
  return buffer.subarray(0, data.length)
}
