/**
 * Every format that comes with Countersign. A service is built from a list of formats and speaks those alone; this is the
 * list of the shipped programs, and the only place where a new format is entered.
 */

import type { CredentialFormat } from './contract/format.ts'
import { mdoc } from './mdoc/format.ts'
import { sdJwtVc } from './sd-jwt-vc/format.ts'
import { jwtVcJson, vcJwt, vcSdJwt } from './w3c-vc/format.ts'

export const ALL_FORMATS: readonly CredentialFormat[] = [sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt]
