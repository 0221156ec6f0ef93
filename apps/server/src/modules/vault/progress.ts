import type { BatchView } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Ctx } from '../../platform/db/index.ts'
import type { EventHub } from '../../platform/events/index.ts'
import type { VaultDeps } from './deps.ts'
import { getBatch } from './queries/batches.ts'

const topicOf = (tenantId: TenantId, batchId: number): string => `vault.batch:${tenantId}:${batchId}`

/** Tells pages of this process that a batch has moved on. */
export function announceProgress(hub: EventHub, tenantId: TenantId, batchId: number): void {
  hub.publish(topicOf(tenantId, batchId), undefined)
}

/** A bar that moves five times a second looks smooth. */
const PAUSE_MS = 200
/** News of an import in another process is not heard here, so the batch is looked at now and then. */
const POLL_MS = 2_000

type Watcher = {
  readonly send: (batch: BatchView) => void
  readonly close: () => void
  readonly fail: (error: unknown) => void
}

/**
 * Sends a batch now and whenever it moves on, until it has ended, then closes.
 * @returns a function that stops it
 */
export function watchBatch(
  deps: Pick<VaultDeps, 'db' | 'hub'>,
  ctx: Ctx,
  batchId: number,
  watcher: Watcher,
): () => void {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let sentAt = 0
  let busy = false

  const stop = (): void => {
    stopped = true
    clearTimeout(timer)
    unsubscribe()
  }
  const look = async (): Promise<void> => {
    if (stopped || busy) return
    busy = true
    clearTimeout(timer)
    try {
      const batch = await deps.db.read(ctx, (tx) => getBatch(tx, batchId))
      if (stopped) return
      watcher.send(batch)
      if (batch.state !== 'importing' && batch.state !== 'interrupted') {
        stop()
        watcher.close()
      }
    } catch (error) {
      watcher.fail(error)
    } finally {
      busy = false
      sentAt = Date.now()
      if (!stopped) timer = setTimeout(look, POLL_MS)
    }
  }
  const hear = (): void => {
    if (stopped || busy) return
    clearTimeout(timer)
    timer = setTimeout(look, Math.max(0, sentAt + PAUSE_MS - Date.now()))
  }
  const unsubscribe = deps.hub.subscribe(topicOf(ctx.tenantId, batchId), hear)
  void look()
  return stop
}
