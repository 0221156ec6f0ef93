import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'

type Sum = { more: number; ref: string; readonly written: Promise<void> }

/**
 * Counts callbacks that are not taken. What comes while the last sum is being written waits and is written as one: a flood is one
 * commit at a time for each supplier, takes no connection from others, and none is answered before it is counted.
 */
export function createFloodTally({ db }: Pick<Platform, 'db'>) {
  const waiting = new Map<string, Sum>()
  const running = new Map<string, Promise<void>>()
  return (tenantId: TenantId, supplierId: number, ref: string): Promise<void> => {
    const key = `${tenantId}/${supplierId}`
    const joined = waiting.get(key)
    if (joined) {
      joined.more += 1
      joined.ref = ref
      return joined.written
    }
    const write = async () => {
      // Whoever was before says himself whether he failed.
      await running.get(key)?.catch(() => undefined)
      waiting.delete(key)
      const writing = db
        .call<number>(tenantId, 'suppliers.note_flood', supplierId, sum.more, sum.ref)
        .then(() => undefined)
      running.set(key, writing)
      await writing.finally(() => running.get(key) === writing && running.delete(key))
    }
    const sum: Sum = { more: 1, ref, written: Promise.resolve().then(write) }
    waiting.set(key, sum)
    return sum.written
  }
}
