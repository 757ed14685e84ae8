/** Many things in their order, in pieces that fit, so that each can be asked for at once; what fits nowhere is alone. */
export function piecesOf<T>(all: T[], fits: (piece: T[]) => boolean): T[][] {
  const pieces: T[][] = []
  for (const one of all) {
    const last = pieces.at(-1)
    if (last && fits([...last, one])) last.push(one)
    else pieces.push([one])
  }
  return pieces
}
