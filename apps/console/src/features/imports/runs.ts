import { useEffect, useSyncExternalStore } from 'react'
import { type Output, type Problem, problemOf, upload, watch } from '../../shared/api/index.ts'

/**
 * Imports that this tab sends or watches. They live outside of the pages, so that leaving the import's page neither
 * stops the upload nor loses sight of it.
 */
export type Batch = Output<'vault.createImport'>
export type Run = {
  readonly batch: Batch | undefined
  /** The file, while this tab has it: to send it, and to send it again after a break. */
  readonly file: ImportFile | undefined
  readonly sending: boolean
  readonly sentBytes: number
  /** What ended the last try to send it. */
  readonly problem: Problem | undefined
  readonly startedAt: number
  readonly samples: readonly Sample[]
}
export type ImportFile = { readonly content: Blob; readonly name: string }
type Sample = { readonly at: number; readonly lines: number; readonly bytes: number }

/** Speed is that of the last seconds, as the road ahead is more like them than like the start. */
const SAMPLES_MS = 6_000
const NOTHING: Run = {
  batch: undefined,
  file: undefined,
  sending: false,
  sentBytes: 0,
  problem: undefined,
  startedAt: 0,
  samples: [],
}

const runs = new Map<number, Run>()
const watchers = new Map<number, () => void>()
const followers = new Map<number, number>()
const listeners = new Set<() => void>()

/** A batch with its progress; the page redraws whenever it moves on. */
export function useRun(batchId: number): Run {
  useEffect(() => follow(batchId), [batchId])
  return useSyncExternalStore(subscribe, () => runs.get(batchId) ?? NOTHING)
}

/** Sends a file into its batch; again after a break, it goes on where it stopped. */
export async function send(batch: Pick<Batch, 'id'>, file: ImportFile): Promise<void> {
  const { id } = batch
  if (runs.get(id)?.sending) return
  change(id, { file, sending: true, sentBytes: 0, problem: undefined, startedAt: Date.now(), samples: [] })
  startWatching(id)
  try {
    const result = await upload('vault.uploadImport', { params: { batchId: id } }, file.content, {
      method: 'PUT',
      fileName: file.name,
      onProgress: (sentBytes) => change(id, { sentBytes }),
    })
    arrived(id, result)
  } catch (error) {
    const problem = problemOf(error)
    const refused = problem.status >= 400 && problem.status < 500
    // A file that was refused would be refused again.
    change(id, refused ? { problem, file: undefined } : { problem })
  } finally {
    change(id, { sending: false })
    stopWatchingUnlessFollowed(id)
  }
}

/** Puts the server's word about a batch in place, for example after it was cancelled. */
export function arrived(id: number, batch: Batch): void {
  const samples = (runs.get(id) ?? NOTHING).samples
  const now = Date.now()
  const sample = { at: now, lines: batch.linesRead, bytes: batch.bytesRead }
  change(id, { batch, samples: [...samples.filter(({ at }) => now - at < SAMPLES_MS), sample] })
  if (hasEnded(batch)) stopWatching(id)
}

export const hasEnded = ({ state }: Batch): boolean => state !== 'importing' && state !== 'interrupted'

/** Lines a second and milliseconds to go; undefined until there is something to judge by. */
export function paceOf({
  batch,
  samples,
}: Run): { readonly linesPerSecond: number; readonly remainingMs: number | undefined } | undefined {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!batch || !first || !last || last.at - first.at < 500 || last.lines === first.lines) return undefined
  const seconds = (last.at - first.at) / 1_000
  const bytesPerSecond = (last.bytes - first.bytes) / seconds
  const bytesLeft = batch.bytesTotal === null ? undefined : batch.bytesTotal - last.bytes
  return {
    linesPerSecond: (last.lines - first.lines) / seconds,
    remainingMs: bytesLeft === undefined || bytesPerSecond <= 0 ? undefined : (bytesLeft / bytesPerSecond) * 1_000,
  }
}

function follow(id: number): () => void {
  followers.set(id, (followers.get(id) ?? 0) + 1)
  startWatching(id)
  return () => {
    followers.set(id, (followers.get(id) ?? 1) - 1)
    stopWatchingUnlessFollowed(id)
  }
}

function startWatching(id: number): void {
  if (watchers.has(id)) return
  watchers.set(
    id,
    watch('vault.watchImport', { params: { batchId: id } }, (batch) => arrived(id, batch)),
  )
}

function stopWatching(id: number): void {
  watchers.get(id)?.()
  watchers.delete(id)
}

function stopWatchingUnlessFollowed(id: number): void {
  if ((followers.get(id) ?? 0) === 0 && !runs.get(id)?.sending) stopWatching(id)
}

function change(id: number, patch: Partial<Run>): void {
  runs.set(id, { ...(runs.get(id) ?? NOTHING), ...patch })
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// Closing the tab would break the upload off: the browser asks first.
window.addEventListener('beforeunload', (event) => {
  if ([...runs.values()].some((run) => run.sending)) event.preventDefault()
})
