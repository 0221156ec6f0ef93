import { defineConfig } from 'vitest/config'

/**
 * A run of their own (vitest.long.config.ts): journeys in a browser but for the one that everything hangs on, which also starts
 * what a newcomer starts; every other start; copies and their restoring; every gateway with each of its faults; bad input to every
 * route; random histories of money; the whole matrices of what suppliers do
 * (supply-matrix.test.ts has three of them without what is never asked, worst.test.ts the worst of the others).
 */
export const LONG_RUNS = [
  'test/browser/!(main-journey).test.ts',
  'test/start/start.test.ts',
  'test/backup/backup.test.ts',
  'test/journeys/{codes,top-ups}-matrix.test.ts',
  'test/journeys/{gateways,hostile,random-money}.test.ts',
]

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: LONG_RUNS,
    globalSetup: ['test/harness/global-setup.ts'],
    pool: 'forks',
    // Files share loaded modules; every file opens a platform of its own, and nothing is kept in modules.
    isolate: false,
    // Of two cores: a file waits for its servers, clocks and locks a third of its time.
    maxWorkers: 3,
    // A hang is still found, and a machine that others use too is not taken for one.
    testTimeout: 240_000,
    // Other files' long transactions hold back what subscribers may read: a wait, not a failure.
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 180_000,
  },
})
