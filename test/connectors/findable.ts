/**
 * What a fake keeps by id, found by words of each (addresses, numbers) as well without looking at all of it, or a hundred
 * thousand people would be looked at for each request. Whoever changes such a word in place sets the thing again.
 */
export function findable<K, V>(wordsOf: (one: V) => readonly string[]) {
  const map = new Map<K, V>()
  const ids = new Map<string, K>()
  const set = map.set.bind(map)
  map.set = (id, one) => {
    for (const word of wordsOf(one)) ids.set(word, id)
    return set(id, one)
  }
  const find = (word: string): [K, V] | undefined => {
    const id = ids.get(word)
    const one = id === undefined ? undefined : map.get(id)
    return id !== undefined && one !== undefined && wordsOf(one).includes(word) ? [id, one] : undefined
  }
  /** All that the words name, or everything where there are none. */
  const among = (words: readonly string[] | undefined): [K, V][] =>
    words === undefined ? [...map] : [...new Map(words.map(find).filter((found) => found !== undefined))]
  return { map, find, among }
}
