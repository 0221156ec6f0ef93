import os from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench, Case, Size } from './bench.ts'
import { audit } from './cases/audit.ts'
import { bigOrder } from './cases/big-order.ts'
import { bulk } from './cases/bulk.ts'
import { down } from './cases/down.ts'
import { flash } from './cases/flash.ts'
import { gateways } from './cases/gateways.ts'
import { generateCodes } from './cases/generate-codes.ts'
import { growth } from './cases/growth.ts'
import { importCodes } from './cases/import-codes.ts'
import { jobs } from './cases/jobs.ts'
import { neighbour } from './cases/neighbour.ts'
import { noticeToCode } from './cases/notice-to-code.ts'
import { orders } from './cases/orders.ts'
import { pages } from './cases/pages.ts'
import { recall } from './cases/recall.ts'
import { reconcile } from './cases/reconcile.ts'
import { reports } from './cases/reports.ts'
import { supply } from './cases/supply.ts'
import { machineFacts } from './machine.ts'
import { type Figure, failedFigure, writeReport } from './report.ts'
import { settle } from './settle.ts'
import { openShop, type Shop } from './shop.ts'
import { startSystem } from './system.ts'

const USAGE = `npm run bench -- [--quick] [--only <case>[,<case>…]] [--name <name>]

  --quick   smaller sizes, some six minutes in all
  --only    some cases
  --name    of the run: writes bench/results/<name>.json and .txt; default quick or full`

const SKUS = 20

/** In the order in which they run: memory first, while the process is young; what fills the database comes last. */
const CASES: readonly Case[] = [
  { name: 'import', run: importCodes },
  { name: 'generate', run: generateCodes },
  { name: 'reconcile', run: reconcile },
  { name: 'orders', run: orders },
  { name: 'notices', run: noticeToCode },
  { name: 'gateways', run: gateways },
  { name: 'flash', run: flash },
  { name: 'recall', run: recall },
  { name: 'pages', run: pages },
  { name: 'big-order', run: bigOrder },
  { name: 'bulk', run: bulk },
  { name: 'neighbour', run: neighbour },
  { name: 'supply', run: supply },
  { name: 'down', run: down },
  { name: 'jobs', run: jobs },
  { name: 'growth', run: growth },
  { name: 'reports', run: reports },
  { name: 'audit', run: audit },
]

const QUICK: Size = {
  piecesEach: 3_000,
  orders: { warmMs: 1_000, measureMs: 2_500 },
  notices: { seconds: 5 },
  gatewayNotices: 1_000,
  flash: { buyers: 5_000, pieces: 125 },
  pages: { warmMs: 300, measureMs: 1_000 },
  importLines: 100_000,
  billLines: 50_000,
  bigOrder: 10_000,
  bulkLines: 10_000,
  growth: { orders: 10_000, cards: 50_000, piecesEach: 1_500, measure: { warmMs: 500, measureMs: 1_500 } },
  audit: { orders: 20_000, cards: 100_000, dayMs: 2_000, seconds: 9 },
  reportLines: 10_000,
  supply: { orders: 500, seconds: 3 },
  down: { beforeSeconds: 20, downSeconds: 60 },
  jobs: 2_000,
  neighbour: { seconds: 3 },
}
const FULL: Size = {
  piecesEach: 20_000,
  orders: { warmMs: 5_000, measureMs: 30_000 },
  notices: { seconds: 30 },
  gatewayNotices: 5_000,
  flash: { buyers: 20_000, pieces: 500 },
  pages: { warmMs: 1_000, measureMs: 5_000 },
  importLines: 1_000_000,
  billLines: 1_000_000,
  bigOrder: 10_000,
  bulkLines: 10_000,
  growth: {
    orders: 1_000_000,
    cards: 5_000_000,
    piecesEach: 20_000,
    measure: { warmMs: 3_000, measureMs: 10_000 },
  },
  audit: { orders: 1_000_000, cards: 5_000_000, dayMs: 15_000, seconds: 60 },
  reportLines: 1_000_000,
  supply: { orders: 5_000, seconds: 20 },
  down: { beforeSeconds: 60, downSeconds: 600 },
  jobs: 50_000,
  neighbour: { seconds: 20 },
}

process.exitCode = await main()

/**
 * `npm run bench`: brings up its own system in a scratch folder, drives it over HTTP from this process and prints each
 * figure beside a limit measured in the same run.
 * @returns 0 when every case ran and met its goal, 1 when a goal was missed, 2 when a case failed
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      name: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const chosen = casesOf(values.only)
  if (values.help || !chosen) {
    console.log(`${USAGE}\n\nCases: ${CASES.map(({ name }) => name).join(', ')}`)
    return values.help ? 0 : 2
  }
  const figures = await runAll(chosen, values.quick ? QUICK : FULL, values.name ?? (values.quick ? 'quick' : 'full'))
  if (figures.some(({ failure }) => failure !== undefined)) return 2
  return figures.every(({ met }) => met) ? 0 : 1
}

function casesOf(only: string | undefined): readonly Case[] | undefined {
  if (only === undefined) return CASES
  const wanted = only.split(',')
  const known = wanted.every((name) => CASES.some((one) => one.name === name))
  return known ? CASES.filter(({ name }) => wanted.includes(name)) : undefined
}

async function runAll(cases: readonly Case[], size: Size, name: string): Promise<readonly Figure[]> {
  const [loadAtStart = 0] = os.loadavg()
  const system = await startSystem({ frontEnds: cases.some((one) => one.name === 'pages') })
  let opened: Promise<Shop> | undefined
  const bench: Bench = {
    system,
    size,
    shop: () => {
      opened ??= openShop(system, SKUS, size.piecesEach)
      return opened
    },
  }
  try {
    const machine = await machineFacts(system, loadAtStart)
    const figures: Figure[] = []
    for (const one of cases) figures.push(...(await runOne(bench, one)))
    writeReport(name, machine, figures)
    return figures
  } finally {
    await system.stop()
  }
}

/** A case that fails is a line of the report; the others still run. */
async function runOne(bench: Bench, { name, run }: Case): Promise<readonly Figure[]> {
  const from = performance.now()
  process.stderr.write(`${name} …`)
  const figures = await run(bench).catch((error: unknown) => [failedFigure(name, error)])
  await settle(bench.system).catch((error: unknown) => process.stderr.write(` not settled: ${String(error)}`))
  process.stderr.write(` ${((performance.now() - from) / 1_000).toFixed(1)} s\n`)
  return figures
}
