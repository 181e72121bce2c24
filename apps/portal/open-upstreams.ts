/** Which services stand behind the portal, and the keys that it holds for them. */
import { readFileSync } from 'node:fs'
import type { Config } from '@countersign/service/config/load'
import { StartRefused } from '@countersign/service/operation/start-refused'
import type { portalShape } from './config.ts'
import type { Upstreams } from './upstreams.ts'

type PortalConfig = Config<typeof portalShape>

/** Throws `StartRefused` where a key is missing. `absolute`: of a file as it was written. */
export function openUpstreams(config: PortalConfig, absolute: (file: string) => string): Upstreams {
  const keyOf = (service: 'issuer' | 'verifier') => {
    const file = config[`${service}ApiKeyFile`]
    const key =
      config[`${service}ApiKey`] ??
      (file === undefined ? config.managementApiKey : keyInFile(absolute(file), `${service}ApiKeyFile`))
    if (key === undefined && config.mode === 'production')
      throw new StartRefused(
        `${service}ApiKey is needed in production: it is the managementApiKey of the ${service} (COUNTERSIGN_${service.toUpperCase()}_API_KEY or ${service}ApiKeyFile)`,
      )
    return key
  }
  return {
    issuer: { name: 'issuer', url: config.issuerUrl, apiKey: keyOf('issuer') },
    verifier: { name: 'verifier', url: config.verifierUrl, apiKey: keyOf('verifier') },
    repository: { name: 'repository', url: config.repositoryUrl },
  }
}

function keyInFile(file: string, key: string): string {
  let text = ''
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new StartRefused(`${key}: ${file} cannot be read${code}: is it there, and may this user read it?`)
  }
  if (text.length < 16 || text.length > 4096)
    throw new StartRefused(`${key}: ${file} must hold 16 to 4096 characters`)
  return text
}
