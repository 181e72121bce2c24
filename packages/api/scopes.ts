/** What a management credential may be for. Each management call names the one that it needs. */

export const MANAGEMENT_SCOPES = [
  'offers:write',
  'sessions:read',
  'sessions:write',
  'callbacks:write',
  'credentials:read',
  'status:write',
  'profiles:read',
  'profiles:write',
  'onboarding:write',
  'tokens:read',
  'audit:read',
  'operation:read',
  'keys:manage',
] as const

export type ManagementScope = (typeof MANAGEMENT_SCOPES)[number]
