import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AuditResult, LiveAudits } from './audit.ts'
import type { Diary } from './diary.ts'
import type { FaultLog } from './faults.ts'
import type { Unasked } from './house/program.ts'
import type { ShopFacts } from './judge/facts.ts'
import type { Violation } from './judge/index.ts'
import type { Tally } from './load/wire.ts'
import type { Unrest } from './settle.ts'

/** The outcome of a run, as printed and as `torture/results/seed-<n>.json`. */
export type Report = {
  readonly seed: number
  readonly minutes: number
  readonly passed: boolean
  readonly kills: Readonly<Record<string, number>>
  readonly killsTotal: number
  readonly otherFaults: Readonly<Record<string, number>>
  readonly missedFaults: Readonly<Record<string, number>>
  readonly doubledJobs: number
  readonly databaseStarts: number
  /** `exceptions`: lines that could not be delivered when they were paid. */
  readonly orders: Readonly<Record<'tried' | 'placed' | 'paid' | 'delivered' | 'refunded' | 'exceptions', number>>
  readonly codesShown: number
  readonly imports: { readonly files: number; readonly cuts: number; readonly cards: number }
  /** Purchases from suppliers for paid lines, and pieces that arrived by the suppliers' own books. */
  readonly supplies: { readonly purchases: number; readonly arrived: number }
  readonly staff: { readonly refunds: number; readonly replacements: number; readonly topUps: number }
  readonly refused: Readonly<Record<string, number>>
  readonly serverErrors: Readonly<Record<string, number>>
  readonly unknown: Readonly<Record<string, number>>
  readonly unknownResolved: number
  readonly unknownLeft: number
  /** Milliseconds of what was answered, faults and all. */
  readonly latencyMs: Readonly<Record<string, { readonly count: number; readonly p50: number; readonly p99: number }>>
  readonly lastLooks: number
  /** By task or subscriber and reason. */
  readonly givenUp: Readonly<Record<string, number>>
  readonly unrest: Unrest
  readonly endedByThemselves: readonly Unasked[]
  readonly audit: AuditResult
  readonly liveAudits: LiveAudits
  readonly violations: readonly Violation[]
}

export function reportOf(run: {
  readonly seed: number
  readonly minutes: number
  readonly faults: FaultLog
  readonly databaseStarts: number
  readonly diary: Diary
  readonly shops: readonly ShopFacts[]
  readonly tally: Tally
  readonly unknownResolved: number
  readonly unknownLeft: number
  readonly lastLooks: number
  readonly exceptionsEver: number
  readonly givenUp: Report['givenUp']
  readonly unrest: Unrest
  readonly endedByThemselves: readonly Unasked[]
  readonly audit: AuditResult
  readonly liveAudits: LiveAudits
  readonly violations: readonly Violation[]
}): Report {
  const { diary, shops, faults, tally } = run
  const orders = shops.flatMap((shop) => shop.orders)
  const notes = [...diary.orders.values()]
  const acknowledged = (items: readonly { readonly outcome: string }[]): number =>
    items.filter(({ outcome }) => outcome === 'ok').length
  return {
    seed: run.seed,
    minutes: run.minutes,
    passed:
      run.violations.length === 0 &&
      run.audit.violations === 0 &&
      run.liveAudits.found === undefined &&
      run.endedByThemselves.length === 0 &&
      run.unknownLeft === 0 &&
      Object.keys(run.unrest).length === 0,
    kills: faults.kills,
    killsTotal: Object.values(faults.kills).reduce((sum, times) => sum + times, 0),
    otherFaults: sorted(faults.others),
    missedFaults: sorted(faults.missed),
    doubledJobs: faults.doubledJobs,
    databaseStarts: run.databaseStarts,
    orders: {
      tried: notes.length,
      placed: orders.length,
      paid: orders.filter(({ paidFen }) => paidFen > 0).length,
      delivered: orders.filter(({ state }) => state === 'delivered').length,
      refunded: orders.filter(({ state }) => state === 'refunded').length,
      exceptions: run.exceptionsEver,
    },
    codesShown: new Set(notes.flatMap(({ shown }) => [...shown.values()].map(({ code }) => code))).size,
    imports: {
      files: acknowledged(diary.imports),
      cuts: diary.imports.reduce((sum, { cuts }) => sum + cuts, 0),
      cards: shops.reduce((sum, { cards }) => sum + cards.length, 0),
    },
    supplies: {
      purchases: shops.reduce((sum, { purchases }) => sum + purchases.length, 0),
      // Both shops buy from the same two suppliers.
      arrived: [...(shops[0]?.supplied.values() ?? [])].reduce((sum, pieces) => sum + pieces, 0),
    },
    staff: {
      refunds: acknowledged(diary.refunds),
      replacements: acknowledged(diary.replacements),
      topUps: acknowledged(diary.topUps),
    },
    refused: sorted(tally.refused),
    serverErrors: sorted(tally.serverErrors),
    unknown: sorted(tally.unknown),
    unknownResolved: run.unknownResolved,
    unknownLeft: run.unknownLeft,
    latencyMs: Object.fromEntries([...tally.latenciesMs].map(([what, values]) => [what, spread(values)])),
    lastLooks: run.lastLooks,
    givenUp: run.givenUp,
    unrest: run.unrest,
    endedByThemselves: run.endedByThemselves,
    audit: run.audit,
    liveAudits: run.liveAudits,
    violations: run.violations,
  }
}

const VIOLATIONS_SHOWN = 30

export function linesOf(report: Report): readonly string[] {
  const { orders, imports, staff } = report
  const placing = report.latencyMs['orders.place']
  return [
    `seed ${report.seed}, ${report.minutes} min`,
    `kills          ${report.killsTotal} (${listed(report.kills)}), the database started again ${report.databaseStarts} times`,
    `other faults   ${listed(report.otherFaults)}; ${report.doubledJobs} jobs at two workers`,
    ...(Object.keys(report.missedFaults).length > 0 ? [`missed         ${listed(report.missedFaults)}`] : []),
    `orders         ${orders.tried} tried, ${orders.placed} placed, ${orders.paid} paid, ${orders.delivered} delivered, ${orders.refunded} refunded, ${orders.exceptions} exceptions on the way; ${report.codesShown} codes shown`,
    `supplies       ${report.supplies.purchases} purchases, ${report.supplies.arrived} arrived`,
    `staff          ${staff.refunds} refunds, ${staff.replacements} replacements, ${staff.topUps} top-ups`,
    `imports        ${imports.files} files, ${imports.cuts} cut off, ${imports.cards} cards`,
    `refused        ${listed(report.refused)}`,
    `5xx            ${listed(report.serverErrors)}`,
    `unknown        ${listed(report.unknown)}; ${report.unknownResolved} resolved later, ${report.unknownLeft} left`,
    `placing        p50 ${placing?.p50 ?? 0} ms, p99 ${placing?.p99 ?? 0} ms of ${placing?.count ?? 0}`,
    `given up       ${listed(report.givenUp)}`,
    `came to rest   ${Object.keys(report.unrest).length === 0 ? 'yes' : `NO: ${listed(report.unrest)}`}`,
    ...report.endedByThemselves.map(({ name, how, lastWords }) => `ENDED BY ITSELF ${name} (${how})\n${lastWords}`),
    `audit          ${auditLine(report.audit)}`,
    `audits live    ${liveLine(report.liveAudits)}`,
    `diary          ${report.lastLooks} orders looked at again, ${report.violations.length} contradictions`,
    ...report.violations
      .slice(0, VIOLATIONS_SHOWN)
      .map(({ rule, about, told }) => `  BROKEN: ${rule}: ${about}: ${told}`),
    report.passed ? 'PASSED' : 'FAILED',
  ]
}

function liveLine({ finished, interrupted, rows, found }: LiveAudits): string {
  const counted = `${finished} finished in the middle of it all, ${interrupted} were cut off, ${rows.toLocaleString('en')} rows`
  return found === undefined ? `${counted}, nothing found` : `${counted}\n${found}`
}

function auditLine({ violations, rows, output }: AuditResult): string {
  if (violations === undefined) return `NO VERDICT\n${output}`
  return `${violations} violations in ${rows.toLocaleString('en')} rows${violations > 0 ? `\n${output}` : ''}`
}

/** Keeps the report beside the sources, and with a failed run everything that tells why. */
export function keepReport(report: Report, diary: Diary, scratch: string): string {
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const file = `${folder}seed-${report.seed}.json`
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  if (!report.passed) writeFileSync(`${scratch}/diary.json`, JSON.stringify(diary, plain, 1))
  return file
}

const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof Map) return Object.fromEntries(value)
  return value instanceof Set ? [...value] : value
}

const sorted = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a))

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ') || 'none'

function spread(values: readonly number[]) {
  const ordered = values.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round(ordered[Math.floor((ordered.length - 1) * share)] ?? 0)
  return { count: values.length, p50: at(0.5), p99: at(0.99) }
}
