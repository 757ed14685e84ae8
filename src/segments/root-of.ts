/** A service's address in one spelling, to ask it by and so that two settings that name it are known to name one place. */
export function rootOf(words: string): string {
  const { protocol, host, pathname } = new URL(words)
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`
}
