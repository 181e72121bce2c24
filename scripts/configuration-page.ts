/**
 * `docs/configuration.md`, made from the schemas that read the configuration, so that page and program cannot differ:
 * `npm run docs` writes it, and a test fails when it is stale. What a key means is said by its schema alone.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { issuerShape } from '@countersign/issuer/config'
import { portalShape } from '@countersign/portal/config'
import { repositoryShape } from '@countersign/repository/config'
import { serviceConfigShape } from '@countersign/service/config/schema'
import { verifierShape } from '@countersign/verifier/config'
import { walletShape } from '@countersign/wallet/config'
import { webWalletShape } from '@countersign/web-wallet/config'
import { z } from 'zod'

export const PAGE = join(import.meta.dirname, '..', 'docs', 'configuration.md')

const INTRODUCTION = `# Configuration

_Made from the schemas by \`npm run docs\`; a test holds it to them._

Each service reads, and later wins:

1. files in its folder, \`config/SERVICE/\` or what \`--config\` names: \`_features.conf\`, \`web.conf\`, \`persistence.conf\` (its keys
   count under \`persistence\`), \`SERVICE-service.conf\`. HOCON, of which JSON is a part, and data only
   ([025](decisions/025-what-a-configuration-may-contain.md)); \`\${?VARIABLE}\` works, and \`include "name"\` of a file in the same folder or below;
2. environment variables: \`webPort\` is \`COUNTERSIGN_WEB_PORT\`, \`persistence.type\` is \`COUNTERSIGN_PERSISTENCE__TYPE\`;
   \`COUNTERSIGN_VERIFIER_BASE_URL\` counts for the verifier alone, before the general one;
3. flags: \`--webPort=7003\`, \`--web-port 7003\`, \`--persistence.type=redis\`; with several services in one process
   \`--verifier.webPort=7003\` is for one of them. \`--data\` is \`--dataDir\`, \`--config\` is \`--configDir\`, \`-l\` is \`--logLevel\`.

A text is taken as it stands, then as JSON, then as a list with commas. All mistakes are reported together, each with file and
key; a key that is not known is a mistake. The deployment secret and PINs
are not taken from flags, since others can read a command line. Times are in seconds.

The deployment secret is the one value without a default in production, beside keys and the management credential:
\`countersign keys secret\` makes one.
`

const SECTIONS: readonly (readonly [title: string, shape: z.ZodRawShape])[] = [
  ['Every service', serviceConfigShape],
  ['Issuer', issuerShape],
  ['Verifier', verifierShape],
  ['Wallet', walletShape],
  ['Web wallet', webWalletShape],
  ['Portal', portalShape],
  ['Repository', repositoryShape],
]

export function configurationPage(): string {
  return [INTRODUCTION, ...SECTIONS.map(([title, shape]) => section(title, shape))].join('\n')
}

function section(title: string, shape: z.ZodRawShape): string {
  const { properties = {} } = z.toJSONSchema(z.object(shape), { io: 'input', unrepresentable: 'any' })
  const rows = Object.entries(properties).map(([key, schema]) => row(key, schema))
  return `## ${title}\n\n${table([['Key', 'Takes', 'Default', 'What it says'], ...rows])}\n`
}

type Property = z.core.JSONSchema._JSONSchema

function row(key: string, schema: Property): readonly string[] {
  if (typeof schema === 'boolean' || schema.description === undefined)
    throw new Error(`the key ${key} has no description`)
  return [`\`${key}\``, takes(schema), defaultOf(schema), schema.description]
}

function takes({ type, enum: choices, minimum, maximum, format }: Exclude<Property, boolean>): string {
  if (choices !== undefined) return choices.map((choice) => `\`${String(choice)}\``).join(', ')
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`
  if (type === 'array') return 'a list'
  if (type === 'boolean') return '`true`, `false`'
  if (format === 'uri') return 'a URL'
  return type === 'string' ? 'text' : 'an object'
}

function defaultOf({ default: value }: Exclude<Property, boolean>): string {
  if (value === undefined) return ''
  return Array.isArray(value) && value.length === 0
    ? 'none'
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join(
    '\n',
  )
}

if (import.meta.main) writeFileSync(PAGE, configurationPage())
