import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm test`: everything that guards the project but for what takes long, with a count at the end.
 * `npm run test:long`: the runs that `LONG_RUNS` names, most of them journeys in a browser, on front ends that are built first.
 */

const isLong = process.argv[2] === 'long'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const BIN = join(ROOT, 'node_modules/.bin')
const scratch = mkdtempSync(join(tmpdir(), 'quanshu-tests-'))
const results = join(scratch, 'vitest.json')

type Gate = { readonly name: string; readonly command: readonly [string, ...string[]] }

const node = (script: string, ...args: string[]): readonly [string, ...string[]] => [process.execPath, script, ...args]
const tsc = (project: string): readonly [string, ...string[]] => node('node_modules/typescript/bin/tsc', '-p', project)

const builds: readonly Gate[] = [
  { name: 'console builds', command: node('tools/src/build.ts', 'console') },
  { name: 'mall builds, first load in bounds', command: node('tools/src/build.ts', 'mall') },
]
const checks: readonly Gate[] = [
  { name: 'types', command: tsc('.') },
  { name: 'types of the console', command: tsc('apps/console') },
  { name: 'types of the mall', command: tsc('apps/mall') },
  { name: 'format and lint', command: [join(BIN, 'biome'), 'check', '.'] },
  {
    name: 'rows of modules',
    command: node(
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'packages',
      'sim',
      'tools',
      'bench',
      'torture',
    ),
  },
  { name: 'rows of SQL functions', command: node('tools/src/sql-rows.ts') },
  { name: 'unused code', command: node('node_modules/knip/bin/knip.js') },
  { name: 'generated files are fresh', command: node('tools/src/gen.ts', '--check') },
]

let passed = 0
let failed = 0

/** One for each core; each lane takes the next gate that nobody has taken. */
const LANES = 2
const waiting = (isLong ? builds : [...checks, ...builds]).values()
await Promise.all(
  Array.from({ length: LANES }, async () => {
    for (const gate of waiting) await check(gate)
  }),
)

const vitest = await run(
  node(
    'node_modules/vitest/vitest.mjs',
    'run',
    `--project=${isLong ? 'long' : '!long'}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
  ),
  'show',
)
const counted = countTests()
passed += counted.passed
failed += counted.failed
// A run that broke before or beside its tests (a file that cannot be loaded, a hook that failed) is a failure too.
if (vitest.code !== 0 && counted.failed === 0) failed += 1

rmSync(scratch, { recursive: true, force: true })
print(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function check({ name, command }: Gate): Promise<void> {
  const startedAt = Date.now()
  const { code, output } = await run(command, 'collect')
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1)
  if (code === 0) {
    passed += 1
    print(`ok    ${name} (${seconds} s)`)
  } else {
    failed += 1
    print(`FAIL  ${name} (${seconds} s)\n${output}`)
  }
}

function countTests(): { readonly passed: number; readonly failed: number } {
  try {
    const report = JSON.parse(readFileSync(results, 'utf8')) as {
      readonly numPassedTests: number
      readonly numFailedTests: number
    }
    return { passed: report.numPassedTests, failed: report.numFailedTests }
  } catch {
    return { passed: 0, failed: 0 }
  }
}

function run(
  [command, ...args]: readonly [string, ...string[]],
  output: 'show' | 'collect',
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: output === 'show' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PATH: `${BIN}:${process.env.PATH ?? ''}`,
        // Many tests start whole servers; compiled once, a start costs half as much.
        NODE_COMPILE_CACHE: join(scratch, 'compiled'),
      },
    })
    const chunks: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }))
  })
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
