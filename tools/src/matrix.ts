import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * `npm run matrix`: plays every fault of every kind of supplier and prints a line for each, with what the buyer is told, how often
 * it was bought at the first and at the next source, and what was charged = booked, in fen, whatever the next source does.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const runs = [
  ['@quanshu/server', 'supply-matrix'],
  ['long', 'codes-matrix', 'profiles-matrix'],
]
for (const [project, ...files] of runs) {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', `--project=${project}`, ...files], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, QUANSHU_MATRIX: '1', QUANSHU_TEST_LOG: 'error' },
  })
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? 1)))
  if (code !== 0) process.exitCode = code
}
