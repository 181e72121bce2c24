import { rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ControlSocket, controlSocketPath, openControlSocket } from './control-socket.ts'
import { type ControlledInstance, type InstanceControl, instanceControl } from './instance-control.ts'

interface Instance extends ControlledInstance {
  running: boolean
  readonly signals: string[]
}

function instance(name: string, running = true): Instance {
  const one: Instance = {
    name,
    service: name.replace(/\d$/, '') as ControlledInstance['service'],
    running,
    signals: [],
    isRunning: () => one.running,
    async kill(signal) {
      one.signals.push(signal)
      await Promise.resolve()
      one.running = false
    },
    async restart() {
      await Promise.resolve()
      one.running = true
    },
  }
  return one
}

let instances: Record<'one' | 'two' | 'alone' | 'portal' | 'portal2', Instance>
let control: InstanceControl
let complaints: string[]
beforeEach(() => {
  complaints = []
  instances = {
    one: instance('verifier1'),
    two: instance('verifier2'),
    alone: instance('repository1'),
    portal: instance('portal1'),
    portal2: instance('portal2'),
  }
  control = instanceControl(Object.values(instances), (message) => void complaints.push(message))
})

const stateOf = (name: string) => control.list().find((one) => one.name === name)?.state
const settled = (name: string, state: string) => eventually(`${name} ${state}`, () => stateOf(name) === state)

describe('the control of a demonstration', () => {
  it('stops an instance by force and starts it again, and says so meanwhile', async () => {
    expect(control.stop('verifier1')).toBeUndefined()
    expect(stateOf('verifier1')).toBe('stopping')
    await settled('verifier1', 'stopped')
    expect(instances.one.signals).toEqual(['SIGKILL'])
    expect(control.start('verifier1')).toBeUndefined()
    expect(stateOf('verifier1')).toBe('starting')
    await settled('verifier1', 'running')
  })

  it('lets a portal end what it has', async () => {
    expect(control.stop('portal2')).toBeUndefined()
    await settled('portal2', 'stopped')
    expect(instances.portal2.signals).toEqual(['SIGTERM'])
  })

  it('never stops the last of a kind, however many ask at once', async () => {
    expect(control.stop('repository1')).toBe('last_of_its_kind')
    expect([control.stop('verifier1'), control.stop('verifier2')]).toEqual([undefined, 'last_of_its_kind'])
    await settled('verifier1', 'stopped')
    expect(control.stop('verifier2')).toBe('last_of_its_kind')
    control.start('verifier1')
    // It answers nobody before it has started.
    expect(control.stop('verifier2')).toBe('last_of_its_kind')
    await settled('verifier1', 'running')
    expect(control.stop('verifier2')).toBeUndefined()
  })

  it('counts one that ended by itself as ended', () => {
    instances.two.running = false
    expect(stateOf('verifier2')).toBe('stopped')
    expect(control.stop('verifier1')).toBe('last_of_its_kind')
  })

  it('refuses what there is not, and what is not so', () => {
    for (const name of ['verifier3', '', '__proto__', 'constructor', 'verifier1\n', '../verifier1'])
      expect([control.stop(name), control.start(name)]).toEqual(['unknown', 'unknown'])
    expect(control.start('verifier1')).toBe('not_stopped')
    control.stop('verifier1')
    expect([control.stop('verifier1'), control.start('verifier1')]).toEqual(['not_running', 'not_stopped'])
  })

  it('complains of a start that failed, and lets it be tried again', async () => {
    instances.one.running = false
    const { restart } = instances.one
    Object.assign(instances.one, { restart: () => Promise.reject(new Error('no port')) })
    control.start('verifier1')
    await settled('verifier1', 'stopped')
    expect(complaints).toEqual(['verifier1: no port'])
    Object.assign(instances.one, { restart })
    expect(control.start('verifier1')).toBeUndefined()
  })
})

describe('its socket', () => {
  let path: string
  let socket: ControlSocket
  beforeEach(async () => {
    path = await controlSocketPath()
    socket = await openControlSocket(path, control)
  })
  afterEach(async () => {
    await socket.close()
    await rm(dirname(path), { recursive: true, force: true })
  })

  function ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let heard = ''
      const asking = connect(path, () => asking.write(line))
      asking.setEncoding('utf8')
      asking.on('data', (text: string) => {
        heard += text
      })
      asking.on('error', reject)
      asking.on('close', () => resolve(heard))
    })
  }

  it('answers a line with a line', async () => {
    const all = Object.values(instances).map(({ name, service }) => ({ name, service, state: 'running' }))
    expect(JSON.parse(await ask('list\n'))).toEqual({ instances: all })
    expect(JSON.parse(await ask('stop verifier1\n'))).toMatchObject({
      instances: [{ name: 'verifier1', state: 'stopping' }, {}, {}, {}, {}],
    })
    expect(JSON.parse(await ask('stop repository1\n'))).toEqual({ refused: 'last_of_its_kind' })
    expect(JSON.parse(await ask('stop verifier9\n'))).toEqual({ refused: 'unknown' })
  })

  it.each([
    '\n',
    'stop\n',
    'stop \n',
    'list verifier1\n',
    'stop verifier1 verifier2\n',
    'kill verifier1\n',
    'STOP verifier1\n',
    ' stop verifier1\n',
    'stop verifier1;start\n\n'.repeat(3),
    `stop ${'x'.repeat(61)}\n`,
    'x'.repeat(101),
    '{"stop":"verifier1"}\n',
    '\u0000\n',
  ])('takes %j for nothing', async (line) => {
    const answer = JSON.parse(await ask(line))
    expect(['malformed', 'unknown']).toContain(answer.refused)
    expect(Object.values(instances).every(({ signals }) => signals.length === 0)).toBe(true)
  })

  it('does one thing a connection, and waits for no slow one', async () => {
    const slow = connect(path)
    await new Promise((resolve) => slow.once('connect', resolve))
    slow.write('sto')
    expect(JSON.parse(await ask('stop verifier1\nstop portal1\n'))).toHaveProperty('instances')
    await settled('verifier1', 'stopped')
    expect(instances.portal.signals).toEqual([])
    slow.destroy()
  })

  it('is in a folder that only its owner may enter, and open to him alone', async () => {
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('is closed with what is still connected', async () => {
    const idle = connect(path)
    await new Promise((resolve) => idle.once('connect', resolve))
    const closed = new Promise((resolve) => idle.once('close', resolve))
    await socket.close()
    await closed
    await expect(ask('list\n')).rejects.toThrow(/ENOENT|ECONNREFUSED/)
    socket = await openControlSocket(await controlSocketPath(), control)
  })
})
