import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: 'console', include: ['src/**/*.test.ts'], environment: 'node', maxWorkers: 3, testTimeout: 60_000 },
})
