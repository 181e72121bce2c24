/**
 * Node's HTTP server without what lies beside it: `import … from 'node:http'` reads every member of that module, and its
 * `WebSocket` loads the whole client behind `fetch`, which is a tenth of a service's start and serves nobody there.
 */
export const { createServer, maxHeaderSize, STATUS_CODES } = process.getBuiltinModule('node:http')
