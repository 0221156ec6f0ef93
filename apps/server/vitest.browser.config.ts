import { defineConfig, mergeConfig } from 'vitest/config'
import server from './vitest.config.ts'

/** `npm run test:browser`: every journey in a browser but the main one, which `npm test` walks. */
const { test, ...rest } = server
export default mergeConfig(
  defineConfig({ ...rest, test: { ...test, include: [], exclude: [] } }),
  defineConfig({ test: { name: 'browser', include: ['test/browser/!(main-journey).test.ts'] } }),
)
