/**
 * Connections over TLS for a server that listens on loopback without it: what the network sends passes the same limits, and is
 * told apart by the connection itself (`isFromNetwork`).
 */
import type { Server as HttpServer } from 'node:http'
import { createServer } from 'node:tls'
import type { SecureAddress } from '../../config/secure-address.ts'
import { type Acceptors, closed, type ListenOptions, listening } from './acceptors.ts'

/** Hands its connections to the server. Throws like `listen` does. */
export async function listenSecurely(
  server: HttpServer,
  { certificates, host, key }: SecureAddress,
  { handshakeTimeout, ...options }: Omit<ListenOptions, 'host'> & { readonly handshakeTimeout: number },
): Promise<Acceptors> {
  const settings = { key, cert: certificates, ALPNProtocols: ['http/1.1'], handshakeTimeout, noDelay: true }
  const secure = createServer(settings, (socket) => server.emit('connection', socket))
  // Whoever does not trust the certificate, or speaks no TLS, is no trouble of ours.
  secure.on('tlsClientError', (_error, socket) => socket.destroy())
  await listening(secure, { ...options, host })
  return { close: () => closed(secure) }
}
