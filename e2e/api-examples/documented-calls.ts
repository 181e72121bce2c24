/** The calls that the documents show as commands, with the bodies that stand there in full. */
import { glob, readFile } from 'node:fs/promises'
import type { ServiceName } from './stack.ts'

export interface DocumentedCall {
  readonly document: string
  readonly service: ServiceName
  readonly path: string
  readonly method: 'POST' | 'PUT'
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** Alone and behind the balancer. */
const PORTS: Readonly<Record<string, ServiceName>> = {
  7001: 'wallet',
  7002: 'issuer',
  7003: 'verifier',
  7103: 'repository',
  9091: 'wallet',
  9092: 'issuer',
  9093: 'verifier',
}

/** Its calls are for a deployment that has tenants (e2e/tenants/documented.test.ts). */
const ELSEWHERE = 'docs/tenants.md'

/** `curl … localhost:7002/path … --json '{…}'`, over several lines, perhaps with `-X PUT`. */
const CALL =
  /curl\b(?:(?!curl\b)[\s\S])*?localhost:(\d+)(\/[^\s"']*)(?:(?!curl\b|```)[\s\S])*?(?:--json|-d) '([^']*)'/g

export async function documentedCalls(root: URL): Promise<readonly DocumentedCall[]> {
  const calls: DocumentedCall[] = []
  for await (const document of glob('{README.md,docs/*.md}', { cwd: root })) {
    if (document === ELSEWHERE) continue
    const text = await readFile(new URL(document, root), 'utf8')
    for (const [command, port = '', path = '', body = ''] of text.matchAll(CALL)) {
      const service = PORTS[port]
      if (service === undefined) continue
      const method = /\s-X PUT\s/.test(command) ? 'PUT' : 'POST'
      calls.push({ document, service, path, method, body, headers: headersOf(command) })
    }
  }
  return calls
}

/** `-H 'name: value'` */
function headersOf(command: string): Readonly<Record<string, string>> {
  const shown = [...command.matchAll(/-H '([\w-]+): ([^']*)'/g)]
  return Object.fromEntries(shown.map(([, name = '', value = '']) => [name, value]))
}
