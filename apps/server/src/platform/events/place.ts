import type { Actor, TenantId } from '@quanshu/kernel'
import type { StoredEvent } from './runner.ts'

/** A place in commit order: (era, xid, position). The xid is 64 bits wide and travels as text. */
export type Place = { readonly era: number; readonly xid: string; readonly position: number }

/** An event as SQL hands it out. */
export type RawEvent = {
  readonly position: number
  readonly tenantId: TenantId
  readonly type: string
  readonly subject: string
  readonly payload: unknown
  readonly at: string
  readonly cause: { readonly actor?: Actor; readonly requestId?: string }
  readonly place: Place
}

export function isAfter(left: Place, right: Place): boolean {
  if (left.era !== right.era) return left.era > right.era
  const [leftXid, rightXid] = [BigInt(left.xid), BigInt(right.xid)]
  if (leftXid !== rightXid) return leftXid > rightXid
  return left.position > right.position
}

export function storedEvent({ place: _, at, ...event }: RawEvent): StoredEvent {
  return { ...event, at: new Date(at) }
}
