import type { House } from './house/index.ts'
import { DOORS_CLOSED, DOORS_REOPENED, LOG_FULL_BYTES, TABLES_FULL_BYTES } from './house/postgres.ts'
import type { Program } from './house/program.ts'
import { SUPPLIERS } from './house/stand-ins.ts'
import { pause } from './house/wait.ts'
import type { Fault, Killed } from './plan/faults.ts'
import { nameOf, type Plan } from './plan/index.ts'

/** What was done of the plan. `kills` are processes that really died of it. */
export type FaultLog = {
  readonly kills: Record<Killed, number>
  /** By name: how often it was done, kills left out. */
  readonly others: Map<string, number>
  /** Faults that found nothing to hit, with the reason. */
  readonly missed: Map<string, number>
  /** Jobs that two workers were at. */
  doubledJobs: number
  /** For the live line: what is wrong now. */
  readonly now: Set<string>
}

export const openFaultLog = (): FaultLog => ({
  kills: { api: 0, worker: 0, backend: 0, postmaster: 0 },
  others: new Map(),
  missed: new Map(),
  doubledJobs: 0,
  now: new Set(),
})

/** Nobody is killed while nobody stands; after this long somebody is all the same. */
const STANDING_WITHIN_MS = 60_000

/**
 * Carries the plan out, kills beside all other faults; what lasts is undone at its end. On a slow machine the plan's
 * clock stands still before a kill until the shop answers again: a system that is never up proves nothing.
 */
export async function carryOut(house: House, plan: Plan, log: FaultLog): Promise<void> {
  const begun = performance.now()
  let heldMs = 0
  const planMs = (): number => performance.now() - begun - heldMs
  const reach = async (atMs: number): Promise<void> => {
    while (planMs() < atMs) await pause(Math.min(100, atMs - planMs()))
  }
  const hold = async (): Promise<void> => {
    const from = performance.now()
    while (performance.now() - from < STANDING_WITHIN_MS && !(await answers(house.url))) await pause(100)
    heldMs += performance.now() - from
  }
  const track = async (faults: readonly Fault[]): Promise<void> => {
    for (const fault of faults) {
      await reach(fault.atMs)
      if (fault.kind === 'kill') await hold()
      const name = nameOf(fault)
      log.now.add(name)
      const missed = await inflict(house, fault, log).catch((error: unknown) => String(error))
      log.now.delete(name)
      if (missed !== undefined) log.missed.set(`${name}: ${missed}`, (log.missed.get(`${name}: ${missed}`) ?? 0) + 1)
      else if (fault.kind === 'kill') log.kills[fault.target] += 1
      else log.others.set(name, (log.others.get(name) ?? 0) + 1)
    }
  }
  await Promise.all([
    track(plan.faults.filter(({ kind }) => kind === 'kill')),
    track(plan.faults.filter(({ kind }) => kind !== 'kill')),
  ])
  await reach(plan.lengthMs)
}

/** Some API process serves and reaches the database. */
async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) })).ok
  } catch {
    return false
  }
}

const NOBODY = 'nothing there to hit'

/** Answers why it could not be done; undefined when it was. */
async function inflict(house: House, fault: Fault, log: FaultLog): Promise<string | undefined> {
  const { postgres, standIns } = house
  switch (fault.kind) {
    case 'kill':
      return kill(house, fault) ? undefined : NOBODY
    case 'pause': {
      const goOn =
        fault.target === 'gateway'
          ? standIns.pause()
          : fault.target === 'backend' || fault.target === 'postmaster'
            ? postgres.pause(fault.target, fault.which)
            : programOf(house, fault.target, fault.which).pause()
      if (!goOn) return NOBODY
      await pause(fault.lastsMs)
      goOn()
      return undefined
    }
    case 'restart':
      return (await programOf(house, fault.target, fault.which).restart()) ? undefined : NOBODY
    case 'refuse':
      for (const statement of DOORS_CLOSED[fault.how]) await patiently(() => postgres.asSuperuser(statement))
      await pause(fault.lastsMs)
      await patiently(() => postgres.asSuperuser(DOORS_REOPENED))
      return undefined
    case 'disk_full':
      await postgres.limitFiles(fault.where === 'tables' ? TABLES_FULL_BYTES : LOG_FULL_BYTES)
      await pause(fault.lastsMs)
      await postgres.limitFiles(undefined)
      return undefined
    case 'clock': {
      const program = programOf(house, fault.target, fault.which)
      if (!program.moveClock(fault.offsetMs)) return NOBODY
      await pause(fault.lastsMs)
      program.moveClock(0)
      return undefined
    }
    case 'double_jobs':
      return await doubleJobs(house, log)
    case 'gateway':
      await standIns.addFault({ ...fault.fault, times: fault.times })
      return undefined
    case 'supplier':
      await standIns.addSupplierFault(SUPPLIERS[fault.which % SUPPLIERS.length] ?? '', {
        ...fault.fault,
        times: fault.times,
      })
      return undefined
  }
}

function kill(house: House, fault: Fault & { readonly kind: 'kill' }): boolean {
  const { target, which, downMs } = fault
  if (target === 'postmaster') return house.postgres.killPostmaster(downMs)
  if (target === 'backend') return house.postgres.killBackend(which)
  return programOf(house, target, which).kill(downMs)
}

function programOf(house: House, role: 'api' | 'worker', which: number): Program {
  const programs = role === 'api' ? house.apis : house.workers
  const program = programs[which % programs.length]
  if (!program) throw new Error(`no ${role} in this house`)
  return program
}

const JOBS_AT_HAND = `select count(*)::integer as count from graphile_worker._private_jobs where locked_by is not null`
const GIVE_JOBS_AWAY = `
  select graphile_worker.force_unlock_workers(array_agg(distinct locked_by))
  from graphile_worker._private_jobs
  where locked_by is not null`
const LOOK_FOR_JOBS_MS = 6_000

/** Makes jobs slow, and when a worker is at some, lets the other one have them too. */
async function doubleJobs({ postgres, standIns }: House, log: FaultLog): Promise<string | undefined> {
  for (const endpoint of ['refund', 'refund_query']) {
    await standIns.addFault({ kind: 'api.slow', endpoint, ms: 2_000, times: 4 })
  }
  for (const until = performance.now() + LOOK_FOR_JOBS_MS; performance.now() < until; await pause(25)) {
    try {
      const [row] = await postgres.query<{ readonly count: number }>(JOBS_AT_HAND)
      if (!row?.count) continue
      await postgres.query(GIVE_JOBS_AWAY)
      log.doubledJobs += row.count
      return undefined
    } catch {
      // The database is the other track's to kill; it comes back.
    }
  }
  return 'no worker was at any job'
}

/** Done in the end, also when the database is being killed meanwhile. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    try {
      return await work()
    } catch {
      await pause(300)
    }
  }
}
