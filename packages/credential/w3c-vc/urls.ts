/** URLs, which W3C credentials are full of, in the spelling the data model allows. Never throws. */

const MAX_URL_LENGTH = 2048
const URL_FORM = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i
const WEB_URL_FORM = /^https?:\/\/[^/?#]+/i

/** An absolute URL (VCDM 2.0 §4.4). What is behind it, and whether anybody should go there, is not judged. */
export function isUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !URL_FORM.test(value)) return false
  return !/^https?:/i.test(value) || WEB_URL_FORM.test(value)
}
