/** What a policy that asks somebody authenticates with, in walt.id's members. They are kept sealed, and no result shows them. */
import type { JsonObject } from '@countersign/core/json'

export const AUTHORIZATION_MEMBERS = ['bearerauth_token', 'basicauth_username', 'basicauth_password'] as const

const SECRET = /^[\x20-\x7e]{1,500}$/

/** The headers. A name has no colon (RFC 7617 §2). Undefined for what would not be looked at. */
export function authorizationOf(members: JsonObject): Readonly<Record<string, string>> | undefined {
  const {
    basicauth_password: password,
    basicauth_username: name,
    bearerauth_token: token,
    ...others
  } = members
  if (Object.keys(others).length > 0) return undefined
  const isBasic = name !== undefined || password !== undefined
  if (token !== undefined)
    return isSecret(token) && !isBasic ? { authorization: `Bearer ${token}` } : undefined
  if (!isBasic) return {}
  if (!isSecret(name) || !isSecret(password) || name.includes(':')) return undefined
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && SECRET.test(value)
}
