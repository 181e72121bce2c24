/**
 * A key of AWS KMS by its ARN (`aws-kms:arn:aws:kms:eu-central-1:111122223333:key/…`), or by id or alias with a region
 * (`aws-kms:///alias/issuer?region=eu-central-1`). Who we are is found as everywhere with AWS: environment, profile,
 * role of the machine. The reference has no place for an access key.
 */

import { ok, type Result } from '@countersign/core/result'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import {
  malformed,
  type ReferenceRefusal,
  readAlgorithm,
  readParameters,
  splitAt,
} from './reference-parameters.ts'

export interface AwsKmsReference {
  readonly backend: 'aws-kms'
  readonly algorithm?: SignatureAlgorithm
  /** Id, ARN, or alias (`alias/name`, or its ARN). */
  readonly keyId: string
  /** Absent: `AWS_REGION`. */
  readonly region?: string | undefined
  /** Of a private network; absent: that of the region. */
  readonly endpoint?: string | undefined
  /** Absent: the usual chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]{1,40}):\d{12}:(?:key|alias)\/[\w/-]{1,256}$/
const BARE_ID = /^(?:alias\/[\w/-]{1,250}|[\w-]{1,128})$/

/** Without the scheme. */
export function parseAwsKmsReference(text: string): Result<AwsKmsReference, ReferenceRefusal> {
  const [written, query] = splitAt(text, '?')
  const parameters = readParameters(query, ['region', 'endpoint', 'algorithm'])
  if (!parameters.ok) return parameters
  const keyId = written.replace(/^\/\/\//, '')
  const { region, endpoint } = parameters.value
  const place = placeOf(keyId, region)
  if (!place.ok) return place
  if (endpoint !== undefined && !isOrigin(endpoint)) return malformed('endpoint')
  const algorithm = readAlgorithm(parameters.value.algorithm)
  if (!algorithm.ok) return algorithm
  return ok({ ...place.value, endpoint, ...algorithm.value })
}

/** The region that an ARN names counts; another one beside it is a mistake. */
export function placeOf(
  keyId: string,
  region: string | undefined,
): Result<AwsKmsReference, ReferenceRefusal> {
  const [, named] = KEY_ARN.exec(keyId) ?? []
  if (named === undefined && !BARE_ID.test(keyId)) return malformed('key')
  if (region !== undefined && !/^[a-z0-9-]{1,40}$/.test(region)) return malformed('region')
  if (named !== undefined && region !== undefined && named !== region) return malformed('region')
  return ok({ backend: 'aws-kms', keyId, region: named ?? region })
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    (text === url.origin || text === url.href) &&
    url.pathname === '/'
  )
}
