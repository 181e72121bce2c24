import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts, takesConnections } from '@countersign/local-servers/ports'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demo } from './demo/demo.ts'
import { SERVICE_NAMES, type ServiceName, serviceNamed } from './services.ts'
import { announcement, closeAll, lanWish, startAll, up } from './up.ts'

type Running = Awaited<ReturnType<typeof startAll>>

describe('everything in one process', () => {
  let cwd: string
  let ports: readonly number[]
  let running: Running = []
  let flags: string[]

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'countersign-up-'))
    ports = await freePorts(SERVICE_NAMES.length)
    flags = SERVICE_NAMES.map((service, index) => `--${service}.webPort=${ports[index]}`)
    running = await startAll(flags, { env: {}, cwd })
  })

  afterAll(async () => {
    await closeAll(running)
    await rm(cwd, { recursive: true })
  })

  it('is ready when it says so', async () => {
    for (const port of ports) expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200)
  })

  it('says what runs where, with the account and the data', () => {
    const said = announcement(running, 812.4).join('\n')
    for (const { name, url } of running) {
      const { serves, summary } = serviceNamed(name as ServiceName)
      expect(said).toContain(serves === 'api' ? `${url}   API page ${url}/swagger` : `${url}   ${summary}`)
    }
    expect(said).toContain('user@email.com')
    expect(said).toContain(join(cwd, 'data'))
    expect(said).toContain('812 ms')
    const [wallet, issuer, verifier] = ports.map((port) => `http://localhost:${port}`)
    expect(said).toContain(
      `npx countersign demo --wallet ${wallet} --issuer ${issuer} --verifier ${verifier}\n`,
    )
  })

  it('issues, holds and verifies a credential, told step by step', async () => {
    const at = terminal()
    const [wallet, issuer, verifier] = ports
    const argv = [`--wallet=http://localhost:${wallet}`, `--issuer=http://localhost:${issuer}`]
    const code = await demo([...argv, `--verifier=http://localhost:${verifier}`], at)
    expect(at.complained).toEqual([])
    expect(code).toBe(0)
    const told = at.printed.join('\n')
    expect(told).toContain('The verification is verified.')
    expect(told).toMatch(/✓ holder_binding/)
    expect(told).toContain('given_name: "Ada"')
    expect(told).not.toContain('1990-01-01')
  })

  it('counts what happened in figures, and names nobody in them', async () => {
    const told = terminal()
    const [wallet, issuer, verifier] = ports.map((port) => `http://localhost:${port}`)
    expect(await demo([`--wallet=${wallet}`, `--issuer=${issuer}`, `--verifier=${verifier}`], told)).toBe(0)
    const figures = await Promise.all(
      ports.map(async (port) => (await fetch(`http://localhost:${port}/metrics`)).text()),
    )
    const text = figures.join('\n')
    for (const series of [
      /^countersign_session_transitions_total\{.*kind="verification",from="requested",to="verified".*\} [1-9]/m,
      /^countersign_session_transitions_total\{.*kind="issuance",from="none",to="offered".*\} [1-9]/m,
      /^countersign_http_request_duration_seconds_count\{.*route="\/openid4vc\/verify\/:id",status="200"\} [1-9]/m,
      /^countersign_store_operation_duration_seconds_count\{.*operation="compare_and_set",outcome="done"\} [1-9]/m,
      /^countersign_signature_duration_seconds_count\{.*purpose="credential-issuer",outcome="signed"\} [1-9]/m,
      /^countersign_outgoing_request_duration_seconds_count\{.*purpose="protocol",outcome="2xx"\} [1-9]/m,
      /^nodejs_eventloop_lag_p99_seconds /m,
    ])
      expect(text).toMatch(series)
    const ids = told.printed.join('\n').match(/[\w-]{20,}/g) ?? []
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids) expect(text).not.toContain(id)
    for (const told of ['Ada', 'user@email.com', 'localhost', 'given_name']) expect(text).not.toContain(told)
  })

  it('starts none when one cannot start', async () => {
    const others = await freePorts(SERVICE_NAMES.length)
    const clash = SERVICE_NAMES.map((service, index) => `--${service}.webPort=${others[index]}`)
    const starting = startAll([...clash, `--verifier.webPort=${ports[2]}`], { env: {}, cwd })
    await expect(starting).rejects.toThrow(/port \d+ is in use/)
    for (const port of others) expect(await takesConnections(port)).toBe(false)
  })
})

describe('the wish for a phone', () => {
  it('is a flag that may name where, and goes to no service', () => {
    expect(lanWish(['--data=x'])).toEqual({ isAsked: false, others: ['--data=x'] })
    expect(lanWish(['--lan', '--data=x'])).toEqual({ isAsked: true, wish: undefined, others: ['--data=x'] })
    expect(lanWish(['--lan'])).toEqual({ isAsked: true, wish: undefined, others: [] })
    const named = { isAsked: true, wish: 'box.lan', others: ['--data', 'x'] }
    expect(lanWish(['--data', 'x', '--lan=box.lan'])).toEqual(named)
    expect(lanWish(['--lan', 'box.lan', '--data', 'x'])).toEqual(named)
  })

  it.each([[['--lan=']], [['--lan', '--lan=box.lan']]])('makes no sense as %j', async (argv) => {
    const at = terminal()
    expect(await up(argv, at)).toBe(2)
    expect(at.complained).toEqual(['--lan is given twice, or with an empty name: --lan, or --lan=NAME'])
  })

  it('is refused in a sentence, before anything starts', async () => {
    const at = terminal()
    expect(await up(['--lan=8.8.8.8'], at)).toBe(1)
    expect(at.complained.join()).toMatch(
      /^countersign up does not start: --lan=8\.8\.8\.8: .*private network/,
    )
  })
})

describe('the demo', () => {
  it('names the service that is not running, and leaves with 1', async () => {
    const at = terminal()
    const [port] = await freePorts(1)
    const address = `http://localhost:${port}`
    const code = await demo(['--wallet', address, '--issuer', address, '--verifier', address], at)
    expect(code).toBe(1)
    expect(at.complained[0]).toMatch(/is not running at http:\/\/localhost/)
  })
})

function terminal() {
  const printed: string[] = []
  const complained: string[] = []
  return {
    env: {},
    cwd: '/',
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complained.push(line),
    stopWhenTold: () => {},
    printed,
    complained,
  }
}
