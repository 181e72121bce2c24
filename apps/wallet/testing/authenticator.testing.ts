/** The authenticator of the tests, on a page of the web wallet. */
import {
  type Authenticator,
  softwareAuthenticator as authenticatorOf,
} from '@countersign/testing/people/authenticator'

export type { Authenticator, Bent } from '@countersign/testing/people/authenticator'

const PAGE = 'http://localhost:7101'

export function softwareAuthenticator(credentialId?: Buffer<ArrayBuffer>): Authenticator {
  return authenticatorOf(PAGE, credentialId)
}
