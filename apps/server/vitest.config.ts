import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Journeys in a browser are a run of their own (vitest.browser.config.ts), but for the one that everything hangs on.
    exclude: ['test/browser/!(main-journey).test.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    pool: 'forks',
    // Files share loaded modules; every file opens a platform of its own, and nothing is kept in modules.
    isolate: false,
    // Of two cores: a file waits for its servers, clocks and locks a third of its time.
    maxWorkers: 3,
    testTimeout: 30_000,
    // Other files' long transactions hold back what subscribers may read: a wait, not a failure.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 60_000,
  },
})
