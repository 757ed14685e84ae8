/** What a key of the API may be good for. */
export const API_SCOPES = ['communities:read'] as const
export type ApiScope = (typeof API_SCOPES)[number]
