import { defineConfig } from 'vitest/config'

/**
 * What waits for the clock, such as a client that backs off, or opens many databases in folders is for the gate: .ci/run sets
 * SLOW (`only` where the others were played before), and runs the tests on a server too.
 */
const LATER = [
  'test/discord/{troubles,faults,limits,refusals,rehearsals,takeover,seen,by-hand,full-rooms,room-making}.test.ts',
  'test/slack/{troubles,rehearsals,lost-rooms,shut-rooms,rooms}.test.ts',
  'test/{crashes,crash-closing}.test.ts',
  'test/{load,ballot-load,properties,uniting-histories}.test.ts',
  'test/connectors/{histories,sharing-an-address}.test.ts',
  'test/{reconcile,destinations}.test.ts',
  'test/meetup-{race,properties,second-thoughts,months}.test.ts',
  'test/content-{properties,held,months}.test.ts',
  'test/digest-load.test.ts',
  'test/ballot-{race,second-thoughts}.test.ts',
  'test/uniting-{chains,requests,undone,behind,topics,ballots,hidden,content}.test.ts',
  'test/{secrecy,guard,invite-list,rehearsals}.test.ts',
  'test/web/{chromium,letters-chromium,rehearsals,personal-links,limits,reading,answers,calendars,second-thoughts}.test.ts',
]
const { SLOW, TEST_DATABASE_URL } = process.env

export default defineConfig({
  test: {
    include: SLOW === 'only' ? LATER : ['test/**/*.test.ts'],
    exclude: [
      ...(SLOW ? [] : LATER),
      ...(SLOW || TEST_DATABASE_URL ? [] : ['test/{backup,start,store-copy,migrations}.test.ts']),
    ],
    // Left to itself vitest keeps one core free, which on two cores is half of them.
    maxWorkers: '100%',
    // Tests keep nothing for each other but what is slow to make: loaded modules, and an empty database for each worker.
    isolate: false,
    globalSetup: 'test/global-setup.ts',
    setupFiles: 'test/first.ts',
    // What the gate plays are months of a community's life, each beside another, on whatever machine it is.
    testTimeout: SLOW ? 300_000 : 60_000,
    hookTimeout: SLOW ? 300_000 : 60_000,
  },
})
