import type { Worker, WorkerEvents } from 'graphile-worker'

/** After the end of a job a commit away, a slow one, and one on a busy machine. Later the poll comes anyway. */
const LOOK_AGAIN_MS = [5, 20, 80] as const

/**
 * Lets a lane's next job begin when the one before has ended. The library writes that end after the worker has asked for
 * another job, which therefore finds the lane still taken; the next to look is somebody's poll, half a second later. So
 * whoever found nothing after a job looks again soon, a few times.
 */
export function lookAgainSoon(events: WorkerEvents): void {
  const looks = new WeakMap<Worker, number>()
  events.on('job:complete', ({ worker }) => looks.set(worker, 0))
  events.on('worker:release', ({ worker }) => looks.delete(worker))
  events.on('worker:getJob:empty', ({ worker }) => {
    const look = looks.get(worker)
    const pauseMs = look === undefined ? undefined : LOOK_AGAIN_MS[look]
    if (look === undefined || pauseMs === undefined) return
    looks.set(worker, look + 1)
    setTimeout(() => {
      // One that was told to stop meanwhile must not be asked.
      if (looks.has(worker)) worker.nudge()
    }, pauseMs).unref()
  })
}
