/** What wallets may have without an offer, and the offers that anybody may hand on. */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { writeCredentialOffer } from '@countersign/protocol/openid4vci/offer'
import type { FindOpenProfile, OpenProfile, OpenProfileRefusal } from '../authorization/push-authorization.ts'
import type { Issuer, KnownProfile } from '../issuer.ts'
import { authenticationBy } from '../offer/user-terms.ts'
import { findProfile } from '../profiles/find-profile.ts'
import { type OpenPorts, openProfileFor } from '../profiles/open-profiles.ts'
import { findType } from '../types/issuable-types.ts'

/** For requests that name no offer. */
export function openProfileFinder(issuer: OpenPorts): FindOpenProfile {
  return async (configurationIds) => {
    const found: OpenProfile[] = []
    // A request has a few; a stranger's who names all that there are is as dear as one who asks as often.
    for (const configurationId of configurationIds.slice(0, MOST_NAMED)) {
      const profile = await openProfileFor(issuer, configurationId)
      if (profile !== undefined) found.push({ ...asOpen(profile), configurationId })
    }
    return theOnly(found)
  }
}

const MOST_NAMED = 10

function asOpen({ name, profile, version }: KnownProfile): Omit<OpenProfile, 'configurationId'> {
  const { authenticationMethod, vpRequest } = profile
  return { name, version, authentication: authenticationBy(authenticationMethod, vpRequest) }
}

function theOnly([first, second]: readonly OpenProfile[]): Result<OpenProfile, OpenProfileRefusal> {
  if (first === undefined) return refuse({ code: 'offer_needed' })
  return second === undefined ? ok(first) : refuse({ code: 'one_at_a_time' })
}

/** By the name of a profile, or by what it issues; undefined where nothing is open under it. */
export async function standingOffer(
  issuer: OpenPorts & Pick<Issuer, 'baseUrl'>,
  name: string,
): Promise<JsonObject | undefined> {
  const byName = PROFILE_NAME.test(name) ? await findProfile(issuer, name) : undefined
  const type = findType(issuer.types, byName?.profile.credentialConfigurationId ?? name)
  if (type === undefined) return undefined
  const configurationId = type.configuration.id
  const open = await openProfileFor(issuer, configurationId)
  // Who takes up the offer gets what is open for its configuration: an offer by another name would be a false one.
  if (open === undefined || (byName !== undefined && byName.name !== open.name)) return undefined
  return writeCredentialOffer({
    issuer: issuer.baseUrl,
    configurationIds: [configurationId],
    grants: { [AUTHORIZATION_CODE]: {} },
  })
}

const PROFILE_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/
