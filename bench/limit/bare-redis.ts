/** As little of a Redis client as there can be: RESP2 over one socket, what is asked for within one turn of the loop in one write. */
import { connect } from 'node:net'

export type Reply = string | number | null | readonly Reply[]

export interface BareRedis {
  /** Every text is its bytes (latin1). */
  send(...parts: readonly string[]): Promise<Reply>
}

interface Waiting {
  resolve(reply: Reply): void
  reject(error: Error): void
}

export function bareRedis(port: number): BareRedis {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.setEncoding('latin1')
  const waiting: Waiting[] = []
  let unwritten = ''
  let received = ''
  const write = () => {
    socket.write(unwritten, 'latin1')
    unwritten = ''
  }
  socket.on('data', (chunk: string) => {
    received += chunk
    const reader = { text: received, at: 0 }
    for (let start = 0; ; start = reader.at) {
      const reply = readReply(reader)
      if (reply === undefined) {
        received = received.slice(start)
        return
      }
      const one = waiting.shift()
      if (reply instanceof Error) one?.reject(reply)
      else one?.resolve(reply)
    }
  })
  return {
    send: (...parts) => {
      if (unwritten === '') queueMicrotask(write)
      unwritten += `*${parts.length}\r\n`
      for (const part of parts) unwritten += `$${part.length}\r\n${part}\r\n`
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
  }
}

interface Reader {
  readonly text: string
  at: number
}

/** Undefined until all of it is there. */
function readReply(reader: Reader): Reply | Error | undefined {
  const { text, at } = reader
  const end = text.indexOf('\r\n', at)
  if (end < 0) return undefined
  const line = text.slice(at + 1, end)
  reader.at = end + 2
  switch (text.charAt(at)) {
    case '+':
      return line
    case ':':
      return Number(line)
    case '$':
      return readText(reader, Number(line))
    case '*':
      return readList(reader, Number(line))
    default:
      return new Error(line)
  }
}

function readText(reader: Reader, length: number): string | null | undefined {
  if (length < 0) return null
  const start = reader.at
  reader.at = start + length + 2
  return reader.text.length < reader.at ? undefined : reader.text.slice(start, start + length)
}

function readList(reader: Reader, length: number): readonly Reply[] | undefined {
  const items: Reply[] = []
  while (items.length < length) {
    const item = readReply(reader)
    if (item === undefined) return undefined
    items.push(item instanceof Error ? item.message : item)
  }
  return items
}
