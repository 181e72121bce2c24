/** The two shapes in which services answer errors; `service/http/wire-errors.ts` writes them. */
import { z } from 'zod'

/** Of the management and wallet APIs: the shape that scripts of the field parse. */
export const managementError = z
  .object({
    exception: z.literal(true),
    id: z.string().optional().describe('Name of the kind of error, e.g. NotFoundException'),
    status: z.string().describe('Reason phrase of the HTTP status'),
    code: z.string().describe('The HTTP status as text'),
    message: z.string(),
    error: z.string().optional().describe('A code for programs, where there is one'),
    correlationId: z.string().optional().describe('The request id, which the log has too'),
  })
  .meta({
    examples: [
      {
        exception: true,
        id: 'BadRequestException',
        status: 'Bad Request',
        code: '400',
        message: 'body/credentialConfigurationId: Invalid input: expected string, received undefined',
        correlationId: '3f0c8f5e-5f3b-4f0e-9d1c-0d6a8a0d7f11',
      },
    ],
  })

export type ManagementError = z.infer<typeof managementError>

/** RFC 6749 §5.2, as OpenID4VCI and OpenID4VP use it; members beside the two are ignored by those who do not know them. */
export const oauthError = z
  .looseObject({ error: z.string(), error_description: z.string().optional() })
  .meta({ examples: [{ error: 'invalid_request', error_description: 'The request could not be read' }] })

export type OAuthError = z.infer<typeof oauthError>
