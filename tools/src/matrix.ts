import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * `npm run matrix`: plays every fault of every kind of supplier and prints a line for each, with what the buyer is told, how often
 * it was bought at the first and at the next source, and what was charged = booked, in fen, whatever the next source does.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const child = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project=long', 'top-ups-matrix', 'codes-matrix'],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, QUANSHU_MATRIX: '1', QUANSHU_TEST_LOG: 'error' } },
)
process.exitCode = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? 1)))
