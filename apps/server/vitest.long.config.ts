import { defineConfig, mergeConfig } from 'vitest/config'
import server, { LONG_RUNS } from './vitest.config.ts'

/** `npm run test:long`: what `LONG_RUNS` names. */
const { test, ...rest } = server
export default mergeConfig(
  defineConfig({ ...rest, test: { ...test, include: [], exclude: [] } }),
  defineConfig({ test: { name: 'long', include: LONG_RUNS } }),
)
