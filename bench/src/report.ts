import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One measured case. `limit` was taken in the same run, so a slow machine moves both; `ratio` is value to limit. */
export type Figure = {
  readonly case: string
  readonly value: number
  readonly unit: string
  /** Milliseconds. */
  readonly p50: number | null
  readonly p99: number | null
  readonly limit: number | null
  readonly ratio: number | null
  readonly goal: string
  readonly met: boolean
}

/** Value at a share of sorted values, e.g. `0.99`. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function writeReport(name: string, figures: readonly Figure[]): void {
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(figures.map(rounded), null, 2)}\n`)
  const rows = figures.map((figure) => [
    figure.case,
    `${short(figure.value)} ${figure.unit}`,
    figure.p50 === null ? '' : `${short(figure.p50)} ms`,
    figure.p99 === null ? '' : `${short(figure.p99)} ms`,
    figure.limit === null ? '' : short(figure.limit),
    figure.ratio === null ? '' : figure.ratio.toFixed(2),
    figure.goal,
    figure.met ? 'met' : 'MISSED',
  ])
  const table = [['case', 'value', 'p50', 'p99', 'limit', 'ratio', 'goal', ''], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of table) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
}

const short = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 1 })

function rounded(figure: Figure): Figure {
  const round = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100)
  return {
    ...figure,
    value: Math.round(figure.value * 100) / 100,
    p50: round(figure.p50),
    p99: round(figure.p99),
    limit: round(figure.limit),
    ratio: round(figure.ratio),
  }
}
