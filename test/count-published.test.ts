import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { count } from '../src/core/count.ts'
import { ballotOf, readBlt } from './elections.ts'

const ELECTIONS = fileURLToPath(new URL('./elections/', import.meta.url))

/**
 * Real counts by the same rules. The ballots are those that the City of Edinburgh Council published (Open Government Licence
 * v3.0), as github.com/mggg/scot-elex collects them (blt_files); the published figures are Wikipedia's, who gives the
 * Council's without the decimals: "Leith (ward)" for 2017, "Leith Walk (ward)" for 2022.
 */
const REAL: { file: string; quota: number; winners: string[]; published: Record<string, number[]> }[] = [
  {
    file: 'edinburgh_2017_ward13.blt',
    quota: 1904,
    winners: ['MCVEY', 'BOOTH', 'MUNRO'],
    published: {
      MCVEY: [2753],
      BOOTH: [1695, 2213],
      MUNRO: [1549, 1690, 1821, 2106],
      PENMAN: [1213, 1236, 1246, 1354],
      'DIJKSTRA-DOWNIE': [403, 448, 552],
    },
  },
  {
    file: 'edinburgh_2022_ward12.blt',
    quota: 2200,
    winners: ['RAE', 'MCNEESE-MECHAN', 'DALGLEISH', 'CALDWELL'],
    published: {
      RAE: [2847],
      'MCNEESE-MECHAN': [2248],
      DALGLEISH: [2058, 2184, 2186, 2186, 2196, 2224],
      CALDWELL: [1317, 1400, 1402, 1413, 1433, 1446, 1456, 1469, 1506, 1563, 1995, 2513],
      MUNN: [1132, 1405, 1447, 1449, 1459, 1485, 1488, 1534, 1580, 1633, 1648],
      FOMBO: [763, 766, 766, 770, 796, 797, 799, 811, 819, 833],
    },
  },
]

test.each(REAL)('$file is counted as it was published', ({ file, quota, winners, published }) => {
  const { options, seats, casts } = readBlt(readFileSync(`${ELECTIONS}${file}`, 'utf8'))
  const result = count(ballotOf('ranked', options, { seats }), casts)
  const find = (name: string) => options.findIndex((option) => option.includes(name))
  expect(result.quota).toBe(quota)
  expect(result.winners).toEqual(winners.map(find))
  for (const [name, votes] of Object.entries(published)) {
    // Some tables round and others cut.
    votes.forEach((vote, round) => {
      const difference = Math.abs((result.rounds[round]?.votes[find(name)] ?? Number.NaN) - vote)
      expect(difference, `${name} in round ${round + 1}`).toBeLessThan(1)
    })
  }
})
