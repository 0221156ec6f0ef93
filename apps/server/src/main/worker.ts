import { runEvents } from '../platform/events/index.ts'
import { runJobs } from '../platform/jobs/index.ts'
import type { Module, Platform } from '../platform/module.ts'
import type { StandstillWatch } from '../platform/standstill/index.ts'
import { gauge } from '../platform/telemetry/index.ts'

type Stop = () => Promise<void>
/** @param hurry aborted when the process ends: then what still runs ends with it, and may be let go of */
type StopCrew = (hurry: AbortSignal) => Promise<void>

let working = 0
gauge('working', '1 while this process works off events, jobs, schedules and loops', () => working)

const TRY_AGAIN_MS = 1_000
/** Longer than any job takes that is well: one that hangs must not keep the others from going on. */
const REST_MS = 60_000

/**
 * The role `worker`: events, jobs, schedules and loops, but none of them while the installation stands still. What is in the
 * middle when that begins comes to its end; afterwards everything begins again, without a new process.
 */
export async function runWorker(
  platform: Platform,
  modules: readonly Module[],
  options: { readonly ownerUrl: string; readonly standstill: StandstillWatch },
): Promise<{ readonly stop: Stop }> {
  const { log } = platform
  const { standstill, ownerUrl } = options
  let stopCrew: StopCrew | undefined
  const over = new AbortController()
  let retry: NodeJS.Timeout | undefined

  async function follow(): Promise<void> {
    const shouldWork = !over.signal.aborted && standstill.now() === undefined
    if (shouldWork === (stopCrew !== undefined)) return
    if (stopCrew === undefined) {
      stopCrew = await startCrew(platform, modules, ownerUrl)
      working += 1
      return
    }
    const stop = stopCrew
    stopCrew = undefined
    await stop(AbortSignal.any([over.signal, AbortSignal.timeout(REST_MS)]))
    working -= 1
    log.info({}, 'the worker has come to rest')
  }

  // One after the other: a standstill that ends while the crew still comes to rest waits for that, and the other way round.
  let last = follow()
  await last
  const followOn = (): void => {
    clearTimeout(retry)
    last = last.then(follow).catch((error: unknown) => {
      log.error({ err: error }, 'the worker could not follow a standstill, and tries again')
      if (!over.signal.aborted) retry = setTimeout(followOn, TRY_AGAIN_MS)
    })
  }
  standstill.onTurn(followOn)
  // It may have turned while the crew was started.
  followOn()

  return {
    stop: async () => {
      over.abort()
      followOn()
      await last
    },
  }
}

async function startCrew(platform: Platform, modules: readonly Module[], ownerUrl: string): Promise<StopCrew> {
  const stops: StopCrew[] = []
  // All at once: while one waits for a supplier's answer the others must take up nothing new either.
  const stop = async (hurry: AbortSignal): Promise<void> => {
    const ends = await Promise.allSettled(stops.map((end) => end(hurry)))
    for (const end of ends) {
      if (end.status === 'rejected') platform.log.error({ err: end.reason }, 'a part of the worker stopped badly')
    }
  }
  try {
    const events = await runEvents(platform, modules)
    stops.push(events.stop)
    const jobs = await runJobs(platform, modules, { ownerUrl })
    stops.push(jobs.stop)
    for (const module of modules) {
      for (const loop of module.loops ?? []) stops.push(loop.start().stop)
    }
    return stop
  } catch (error) {
    await stop(AbortSignal.abort())
    throw error
  }
}
