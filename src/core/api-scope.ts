/** What a key of the API may be good for. */
export const API_SCOPES = ['communities:read'] as const
export type ApiScope = (typeof API_SCOPES)[number]

/** The connector of a destination that is told of nobody: it only asks, and each time it does is written down. */
export const ASKS = 'api'
