/**
 * What the id of a session looks like, wherever one comes in: in a path, in a code or as a relying party's own choice. The
 * alphabet is base64url's, so that an id needs no escaping in an address, a form or a QR code, and so that the first dot
 * of a code ends it. Who makes ids makes them hard to guess; this says nothing about that.
 */
export const SESSION_ID = /^[A-Za-z0-9_-]{8,128}$/

/** For the sentence that refuses an id. */
export const SESSION_ID_RULE = '8 to 128 characters of A-Z a-z 0-9 _ -'

/** Ids that no session can have never reach a store. */
export function isSessionId(text: string): boolean {
  return SESSION_ID.test(text)
}
