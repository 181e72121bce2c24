/** The tenants of a deployment, from its configuration and from a folder; everything that is wrong with any of them is told at once. */
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readHoconFile } from '@countersign/service/config/hocon'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { type IssuerConfig, type Tenant, tenantOf, type WrittenTenant } from './tenant-settings.ts'

export type { IssuerConfig, Tenant } from './tenant-settings.ts'

const MOST = 200
const FILE = /^([^.].*)\.(?:json|conf)$/

/** In the order of their names. Throws `StartRefused` with a line for each mistake. */
export async function readTenants(deployment: IssuerConfig, cwd: string): Promise<readonly Tenant[]> {
  const inFolder = await tenantsInFolder(deployment.tenantsDir, cwd)
  const inConfiguration = deployment.tenants.map(({ name, ...values }) => ({
    name,
    source: `tenants.${name}`,
    values,
  }))
  const all = [...inConfiguration, ...inFolder.written].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const read = all.map((written) => tenantOf(written, deployment, cwd))
  const tenants = read.flatMap((one) => (one.ok ? [one.value] : []))
  const mistakes = [
    ...inFolder.mistakes,
    ...(all.length > MOST ? [`there are more than ${MOST} tenants`] : []),
    ...read.flatMap((one) => (one.ok ? [] : one.error)),
    ...namedTwice(all),
    ...sharedKeys(tenants),
  ]
  if (mistakes.length === 0) return tenants
  throw tenantMistakes(mistakes)
}

export function tenantMistakes(mistakes: readonly string[]): StartRefused {
  const { length } = mistakes
  return new StartRefused(`${length === 1 ? 'a mistake' : `${length} mistakes`} in its tenants`, mistakes)
}

interface InFolder {
  readonly written: readonly WrittenTenant[]
  readonly mistakes: readonly string[]
}

async function tenantsInFolder(tenantsDir: string | undefined, cwd: string): Promise<InFolder> {
  if (tenantsDir === undefined) return { written: [], mistakes: [] }
  const folder = resolve(cwd, tenantsDir)
  const entries = await readdir(folder).catch((error: unknown) => codeOf(error))
  if (typeof entries === 'string')
    return {
      written: [],
      mistakes: [`${tenantsDir} cannot be read (${entries}): is it there, and may this user read it?`],
    }
  const files = entries.flatMap((file) => {
    const [, name] = FILE.exec(file) ?? []
    return name === undefined ? [] : [{ name, path: join(folder, file), source: `${tenantsDir}/${file}` }]
  })
  const read = await Promise.all(
    files.map(async ({ path, ...file }) => ({ file, content: await readHoconFile(path) })),
  )
  return {
    written: read.flatMap(({ content, file }) => (content.ok ? [{ ...file, values: content.value }] : [])),
    mistakes: read.flatMap(({ content, file }) =>
      content.ok
        ? []
        : [`${file.source}: ${content.error.code === 'file_missing' ? 'is gone' : content.error.reason}`],
    ),
  }
}

function namedTwice(all: readonly WrittenTenant[]): readonly string[] {
  return all
    .filter(({ name }, index) => all.findIndex((one) => one.name === name) !== index)
    .map(({ name, source }) => `${source}: there is another tenant ${name}`)
}

/** With one key for two the doors of both would be one. */
function sharedKeys(tenants: readonly Tenant[]): readonly string[] {
  return tenants.flatMap(({ config: { managementApiKey }, source }, index) => {
    const other = tenants
      .slice(0, index)
      .find(({ config }) => managementApiKey !== undefined && config.managementApiKey === managementApiKey)
    return other === undefined ? [] : [`${source}: managementApiKey: is that of ${other.name} as well`]
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
