import { parseArgs } from 'node:util'
import { torture } from './run.ts'

/** `npm run torture -- --seed N --minutes M`: kills, stops and misleads a running system, and proves its books. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
})
const [seed, minutes] = [Number(values.seed), Number(values.minutes)]
if (!Number.isSafeInteger(seed) || !(minutes > 0)) throw new Error('--seed is a whole number, --minutes above 0')

const begun = performance.now()
const stamp = (): string => `${String(Math.round((performance.now() - begun) / 1_000)).padStart(4)} s`
const LIVE_EVERY_LINES = 10
let ticks = 0

const report = await torture({
  seed,
  minutes,
  keep: values.keep,
  say: (line) => process.stdout.write(`${process.stdout.isTTY ? '\r\u001b[K' : ''}${line}\n`),
  live: (line) => {
    ticks += 1
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${stamp()}  ${line}`.slice(0, process.stdout.columns))
    else if (ticks % LIVE_EVERY_LINES === 0) process.stdout.write(`${stamp()}  ${line}\n`)
  },
})
process.exitCode = report.passed ? 0 : 1
