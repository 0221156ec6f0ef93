import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'sim',
    include: ['src/**/*.test.ts'],
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
