/** Does work for the same thing, named by its id, piece after piece: what two do at once would undo each other. */
export function oneByOne() {
  const last = new Map<string, Promise<unknown>>()
  return <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const mine = (last.get(id) ?? Promise.resolve()).then(work)
    // A failure is told to whoever asked for that piece.
    last.set(
      id,
      mine.catch(() => undefined),
    )
    return mine
  }
}
