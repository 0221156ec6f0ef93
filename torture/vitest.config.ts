import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'torture',
    include: ['src/**/*.test.ts'],
    pool: 'forks',
    // Each run brings up a database and four servers.
    maxWorkers: 1,
    testTimeout: 240_000,
  },
})
