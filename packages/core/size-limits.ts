/**
 * How large what comes from outside may be: one table for all formats, protocols, services and balancers, so that what one
 * part takes no other one refuses. Sizes are bytes, or UTF-16 units of a text. Each part that reads something names its row,
 * and a refusal names the number. The table knows neither who reads nor what follows.
 */
const KB = 1024
const MB = 1024 * KB

/** A picture of a megabyte: portraits of passports and driving licences are up to a few hundred kilobytes. */
const PICTURE = MB
/**
 * A credential as it travels. The picture is written in base64 in JSON, and the JSON in base64url: 16/9 of the picture, the
 * rest is for everything else.
 */
const CREDENTIAL = 2 * MB
/** Whatever has no row of its own. */
const MESSAGE = 64 * KB

/** What others send to us. */
export const RECEIVED = {
  picture: PICTURE,
  /** The same in base64, as claims of the catalogue have it. */
  pictureText: inBase64(PICTURE),
  /** The same as a `data:` URI, in metadata. */
  pictureUri: inBase64(PICTURE) + 100,
  credential: CREDENTIAL,
  /** A W3C presentation carries the credential in base64url once more; the holder's signature and key come beside it. */
  presentation: inBase64(CREDENTIAL) + MESSAGE,
  /** Bodies that may have credentials in them: a wallet's answer, a credential request, what management sends. */
  exchange: 4 * MB,
  /** Every other body. */
  message: MESSAGE,
  /** One line of what is read line by line, however long the whole is. */
  line: 64 * KB,
} as const

/**
 * Bodies larger than a message, together: they are read for callers who are known, and even those may not fill the memory
 * of an instance, nor one sender keep the others out.
 */
export const LARGE_BODIES = {
  poolBytes: 64 * MB,
  senderBytes: 8 * MB,
  /** A body of the largest size in ten seconds is less than four megabits a second. */
  bodyMs: 10_000,
} as const

/** What we fetch from addresses that others name. */
export const FETCHED = {
  /** Of a credential endpoint: a credential or a few. */
  credentialResponse: RECEIVED.exchange,
  /** The same, encrypted: base64url of it, and the header. */
  encryptedResponse: inBase64(RECEIVED.exchange) + KB,
  /** Of a token endpoint, a nonce endpoint and the like. */
  protocolAnswer: 400_000,
  /** Of whoever knows the claims of one credential; as large as an issue call may be that brings them. */
  claims: RECEIVED.exchange,
  offer: MESSAGE,
  /** Of an issuer or an authorization server; pictures lie in it. */
  metadata: MB,
  requestObject: MESSAGE,
  /** The same, encrypted: base64url of it, and the header. */
  encryptedRequestObject: inBase64(MESSAGE) + KB,
  /** Keys of an issuer with their certificates. */
  issuerKeys: 512 * KB,
  didDocument: MESSAGE,
  statusList: 4 * MB,
  /** A VICAL or a list of trusted entities, from an address or a file: some hundred certificates with what is said of them. */
  trustList: 8 * MB,
  /** Of a type and of each that it extends. */
  typeMetadata: 256 * KB,
  /** On a card, a few millimetres wide. */
  logo: 128 * KB,
  /** Where nothing else is said. */
  other: 1_000_000,
} as const

/** What is kept: a session, a credential, an answer that was sent, as sealed text. */
export const KEPT = {
  /**
   * As it is kept. There is room for a question and its answer, each of the largest size,
   * and for more escapes in the JSON of the second than anybody needs.
   */
  sealed: 16 * MB,
} as const

/**
 * Values of a credential, in JSON or CBOR: they cost more than their bytes, and two megabytes of empty arrays are meant for
 * nothing but that. JSON has as many as a message of it may have.
 */
export const CREDENTIAL_VALUES = { json: 1000 + MESSAGE / 8, cbor: 20_000 } as const

/** Unpadded or padded: never fewer characters than `bytes` become. */
export function inBase64(bytes: number): number {
  return Math.ceil(bytes / 3) * 4
}
