/** What the test uses of `oidc-provider`, which comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface AccessToken {
    readonly clientId: string
    readonly scope?: string
    readonly jkt?: string
  }

  interface Grant {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
    readonly AccessToken: { find(value: string): Promise<AccessToken | undefined> }
    readonly Grant: new (properties: {
      readonly clientId: string
      readonly accountId: string
    }) => Grant
  }
}
