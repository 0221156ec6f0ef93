import { defineConfig, mergeConfig } from 'vitest/config'
import server, { LONG_RUNS } from './vitest.config.ts'

/** `npm run test:long`: what starts, kills and restores whole systems, and every journey in a browser but the main one. */
const { test, ...rest } = server
export default mergeConfig(
  defineConfig({ ...rest, test: { ...test, include: [], exclude: [] } }),
  defineConfig({ test: { name: 'long', include: LONG_RUNS } }),
)
