/** `GET /openid4vc/session/{id}/presented-credentials`: what a wallet sent, taken apart as walt.id's verifier shows it. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'

export const viewModes = ['simple', 'verbose'] as const

export type ViewMode = (typeof viewModes)[number]

export const presentedQuery = strict({
  viewMode: z
    .enum(viewModes)
    .default('simple')
    .describe(
      '`simple`: header and payload with what was disclosed; `verbose`: what it was written as, too, for presentations that were kept',
    ),
})

const view = z.looseObject({
  type: z.string().describe('`jwt_vc_json_view_simple`, `sd_jwt_vc_view_verbose`, `mso_mdoc_view_simple` …'),
  queryId: z.string().describe('Id of the credential query that it answers'),
  claims: jsonObject.optional().describe('What was disclosed, where the presentation was not kept'),
})

export const presentedCredentials = z
  .object({
    viewMode: z.enum(viewModes),
    credentialsByFormat: z.record(z.string(), z.array(view)),
  })
  .meta({
    examples: [
      {
        viewMode: 'simple',
        credentialsByFormat: {
          'dc+sd-jwt': [
            {
              type: 'sd_jwt_vc_view_simple',
              queryId: 'identity',
              vc: {
                header: { alg: 'ES256', typ: 'dc+sd-jwt' },
                payload: {
                  vct: 'urn:countersign:identity-credential:1',
                  given_name: 'Ada',
                  family_name: 'Example',
                },
              },
              keyBinding: {
                iat: 1_767_225_642,
                aud: 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk',
              },
            },
          ],
        },
      },
    ],
  })

export type PresentedCredentials = z.infer<typeof presentedCredentials>
