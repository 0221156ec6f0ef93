import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MachineFacts } from './machine.ts'
import type { PerPart } from './processes.ts'

/** One measured case. `limit` was taken in the same run, so a slow machine moves both; `ratio` is value to limit. */
export type Figure = {
  readonly case: string
  /** Null when the case failed. */
  readonly value: number | null
  readonly unit: string
  /** Milliseconds. */
  readonly p50: number | null
  readonly p99: number | null
  readonly limit: number | null
  readonly ratio: number | null
  readonly goal: string
  readonly met: boolean
  /** Microseconds of CPU that each process spent an operation, where that was measured. */
  readonly cpuMicros?: PerPart
  /** Why there is no value. */
  readonly failure?: string
  /** What a reader should know beside the figure. */
  readonly note?: string
}

/** Value at a share of sorted values, e.g. `0.99`. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** A figure of which only the value counts. */
export const plainFigure = (
  figure: Pick<Figure, 'case' | 'value' | 'unit' | 'goal' | 'met'> & Partial<Figure>,
): Figure => ({ p50: null, p99: null, limit: null, ratio: null, ...figure })

export const failedFigure = (name: string, error: unknown): Figure =>
  plainFigure({
    case: name,
    value: null,
    unit: '',
    goal: '',
    met: false,
    failure: error instanceof Error ? error.message : String(error),
  })

/** Prints what was measured and writes `results/<name>.json` (the figures) and `results/<name>.txt` (what was printed). */
export function writeReport(name: string, machine: MachineFacts, figures: readonly Figure[]): void {
  const text = [
    Object.entries(machine).map(([fact, value]) => `${fact}: ${value}`),
    [''],
    table(['case', 'value', 'p50', 'p99', 'limit', 'ratio', 'goal', ''], figures.map(row)),
    cpuTable(figures),
    figures.flatMap((figure) => (figure.failure ? [`failed: ${figure.case}: ${figure.failure}`] : [])),
    figures.flatMap((figure) => (figure.note ? [`${figure.case}: ${figure.note}`] : [])),
  ]
    .flat()
    .join('\n')
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(figures.map(rounded), null, 2)}\n`)
  writeFileSync(`${folder}${name}.txt`, `${text}\n`)
  process.stdout.write(`${text}\n`)
}

const row = (figure: Figure): readonly string[] => [
  figure.case,
  figure.value === null ? '' : `${short(figure.value)} ${figure.unit}`,
  figure.p50 === null ? '' : `${short(figure.p50)} ms`,
  figure.p99 === null ? '' : `${short(figure.p99)} ms`,
  figure.limit === null ? '' : short(figure.limit),
  figure.ratio === null ? '' : figure.ratio.toFixed(2),
  figure.goal,
  figure.failure ? 'FAILED' : figure.met ? 'met' : 'MISSED',
]

function cpuTable(figures: readonly Figure[]): readonly string[] {
  const rows = figures.flatMap(({ case: name, cpuMicros: cpu }) =>
    cpu ? [[name, ...[cpu.api, cpu.postgres, cpu.driver, cpu.standIns].map((micros) => `${short(micros)} µs`)]] : [],
  )
  return rows.length === 0
    ? []
    : ['', ...table(['CPU an operation', 'api', 'postgres', 'driver', 'stand-ins'], rows), '']
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const short = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3 })

function rounded(figure: Figure): Figure {
  const round = (value: number | null) => (value === null ? null : Math.round(value * 1000) / 1000)
  return {
    ...figure,
    value: round(figure.value),
    p50: round(figure.p50),
    p99: round(figure.p99),
    limit: round(figure.limit),
    ratio: round(figure.ratio),
  }
}
