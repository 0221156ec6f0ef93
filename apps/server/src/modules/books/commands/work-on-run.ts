import { assert, type TenantId } from '@quanshu/kernel'
import { lastStandstill } from '../../../platform/standstill/index.ts'
import { checkNamed } from '../checks/registry.ts'
import { type Check, type House, nextRows, type Place, type Scope, type Step } from '../model.ts'

/** How far a call of `workOnRun` came. */
export type Progress =
  /** Somebody else works on it, or it is over. */
  | { readonly kind: 'not_ours' }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'over'; readonly state: 'clean' | 'violations'; readonly open: number; readonly checked: number }

export type WorkOptions = {
  /** Names this try; of two, only one gets the lease. */
  readonly worker: string
  /** No step begins after so many milliseconds; the run can be gone on with by anybody. */
  readonly forMs?: number
  /** Rests as long as it worked, so that it takes half of one connection's time at most. */
  readonly isGentle?: boolean
  readonly onStep?: (check: string, step: Step) => void
  readonly signal?: AbortSignal
}

/** A dead worker's run can be taken over after this; a step takes 15 s at the very most, by the statement's own time-out. */
const LEASE_SECONDS = 30
const REST_MAX_MS = 250
/** Steps that fail one after another, each with fewer rows than the one before. */
const FAILURES_MAX = 4
const FAILURE_PAUSE_MS = 500

/**
 * Walks a run from where it stands, step by step: reads, then writes down what was found together with how far it came.
 * Killed at any point, it is gone on with at the step that was not written down; a step is repeated, never left out.
 * @throws what the database says when steps keep failing; the run stays as it is
 */
export async function workOnRun(
  house: House,
  tenantId: TenantId,
  runId: number,
  options: WorkOptions,
): Promise<Progress> {
  const deadline = performance.now() + (options.forMs ?? Number.POSITIVE_INFINITY)
  const rows = new Map<string, number>()
  for (let failures = 0; ; ) {
    const taken = await house.db.call<Taken | null>(tenantId, 'books.take_run', runId, options.worker, LEASE_SECONDS)
    if (!taken) return { kind: 'not_ours' }
    try {
      const progress = await walk(house, tenantId, runId, taken, rows, deadline, options)
      if (progress) return progress
      failures = 0
    } catch (error) {
      failures += 1
      if (failures >= FAILURES_MAX) {
        await house.db.call(tenantId, 'books.release_run', runId, options.worker).catch(() => undefined)
        throw error
      }
      // Where it really stands, the database knows: it is read again.
      house.log.warn({ err: error, tenantId, runId, failures }, 'a step of the audit failed and is tried again')
      await pause(FAILURE_PAUSE_MS)
    }
  }
}

type Taken = {
  readonly graceSeconds: number
  readonly checks: readonly {
    readonly name: string
    readonly isDone: boolean
    readonly place: Place
    readonly since: string | null
    readonly slot: number | null
    readonly memo: Readonly<Record<string, unknown>>
  }[]
}

/** Undefined: the lease was lost, or is in doubt; look again. */
async function walk(
  house: House,
  tenantId: TenantId,
  runId: number,
  taken: Taken,
  rowsOf: Map<string, number>,
  deadline: number,
  options: WorkOptions,
): Promise<Progress | undefined> {
  const standing = await lastStandstill(house)
  const worksSince = standing && (standing.endedAt ?? 'infinity')
  for (const { name, isDone, since, slot, memo, ...begun } of taken.checks) {
    if (isDone) continue
    const check = checkNamed(name)
    assert(check, `a run knows a check that the program does not: ${name}`)
    const scope: Scope = { since, slot, graceSeconds: taken.graceSeconds, worksSince }
    for (let place = begun.place, isFirst = true; isFirst || place !== null; isFirst = false) {
      if (performance.now() >= deadline || options.signal?.aborted) {
        await house.db.call(tenantId, 'books.release_run', runId, options.worker)
        return { kind: 'unfinished' }
      }
      const began = performance.now()
      const step = await timedStep(house, tenantId, check, { place, scope, memo }, rowsOf)
      if (!(await noteStep(house, tenantId, runId, options.worker, name, step))) return undefined
      options.onStep?.(name, step.outcome)
      place = step.outcome.place
      if (options.isGentle) await pause(Math.min(REST_MAX_MS, performance.now() - began))
    }
  }
  const ended = await house.db.call<Omit<Extract<Progress, { kind: 'over' }>, 'kind'> | null>(
    tenantId,
    'books.finish_run',
    runId,
    options.worker,
  )
  return ended ? { kind: 'over', ...ended } : { kind: 'not_ours' }
}

type Timed = { readonly outcome: Step; readonly ms: number }
type At = { readonly place: Place; readonly scope: Scope; readonly memo: Readonly<Record<string, unknown>> }

async function timedStep(
  house: House,
  tenantId: TenantId,
  check: Check,
  at: At,
  rowsOf: Map<string, number>,
): Promise<Timed> {
  const rows = rowsOf.get(check.name) ?? check.rows
  const began = performance.now()
  try {
    const outcome = await check.step(house, tenantId, { ...at, rows })
    const ms = Math.round(performance.now() - began)
    rowsOf.set(check.name, nextRows(rows, ms, check))
    return { outcome, ms }
  } catch (error) {
    rowsOf.set(check.name, Math.max(1, Math.floor(rows / 8)))
    throw error
  }
}

function noteStep(
  { db }: House,
  tenantId: TenantId,
  runId: number,
  worker: string,
  check: string,
  { outcome, ms }: Timed,
): Promise<boolean> {
  return db.call<boolean>(tenantId, 'books.note_step', runId, worker, check, {
    ...outcome,
    ms,
    leaseSeconds: LEASE_SECONDS,
  })
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
