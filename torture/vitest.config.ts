import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'torture',
    include: ['src/**/*.test.ts'],
    pool: 'forks',
    // As every project: files of projects with another number would wait for the end of all these.
    maxWorkers: 3,
    testTimeout: 240_000,
  },
})
