import { BOOKS_CHECKS, type BooksCheck } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../platform/module.ts'

export type House = Pick<Platform, 'db' | 'crypto' | 'config' | 'log' | 'clock'>

/** What a check walks: all rows without `since`, else what changed since then and the seventh `slot` of the rest. */
export type Scope = {
  readonly since: string | null
  readonly slot: number | null
  readonly graceSeconds: number
  /** The end of the last standstill; null: there was none. What ran out before ran out while nobody was there. */
  readonly worksSince?: string | null
}

/** Where a check's next step begins. What is in it is the check's own; null stands for the beginning, and for the end. */
export type Place = Readonly<Record<string, unknown>> | null

export type Violation = {
  readonly code: string
  /** Which rows it is about: the same fact has the same key in every run. */
  readonly key: string
  readonly objects: readonly { readonly kind: string; readonly id: string }[]
  readonly params: Readonly<Record<string, unknown>>
}

export type Step = {
  /** Rows looked at. */
  readonly checked: number
  readonly place: Place
  readonly violations: readonly Violation[]
  /** Kept in the transaction that writes the step down. */
  readonly marks?: unknown
  /** For the next run of this check, if it ends clean. */
  readonly memo?: Readonly<Record<string, unknown>>
}

/** One step of a check is one statement on one snapshot, or a few that bear being apart. It changes nothing. */
export type Check = {
  readonly name: BooksCheck
  /** Rows of the first step; later ones follow the time that steps take. */
  readonly rows: number
  readonly rowsMax: number
  readonly step: (house: House, tenantId: TenantId, at: StepAt) => Promise<Step>
}

export type StepAt = {
  readonly place: Place
  readonly rows: number
  readonly scope: Scope
  readonly memo: Readonly<Record<string, unknown>>
}

/** What may still be on its way is no violation: a sweep comes every minute, a gateway is asked for hours. */
export const GRACE_SECONDS = 15 * 60

export const invariantOf = (check: string): number | null => BOOKS_CHECKS[check as BooksCheck]?.invariant ?? null

/** A step should take about this long: short enough that nobody waits for a connection or a processor because of it. */
const STEP_MS = 150

/** Of a check's first number of rows; see `nextRows`. */
const FEWEST = 1 / 16

/**
 * How many rows the next step takes, by how long this one took: at most twice as many, at least a quarter. What a step costs
 * whatever it takes (a busy machine, a stretch of a purse's time that all its rows share) must not end in steps of a row each,
 * so slowness alone goes down to a sixteenth of the first number, not further.
 */
export function nextRows(
  rows: number,
  tookMs: number,
  { rows: first, rowsMax }: Pick<Check, 'rows' | 'rowsMax'>,
): number {
  const factor = Math.min(2, Math.max(0.25, STEP_MS / Math.max(tookMs, 1)))
  const fewest = Math.max(1, Math.min(rows, Math.round(first * FEWEST)))
  return Math.max(fewest, Math.min(rowsMax, Math.round(rows * factor)))
}
