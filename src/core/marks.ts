/** Backups are kept for seven days, so what a mark of a yes or a union undoes is in none that is older than this. */
export const MARKS_KEPT_MS = 8 * 86_400_000
