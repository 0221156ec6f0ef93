import { AsyncResource } from 'node:async_hooks'
import { commonErrors } from '@quanshu/contract'
import type { Refusal, TenantId } from '@quanshu/kernel'
import { counter, gauge } from '../telemetry/index.ts'

export type Turns = {
  /**
   * Lets one request of a shop begin: at once, or when it is its shop's turn.
   * @param begin is called once; with `common.busy` when the shop's line is full
   */
  readonly enter: (tenantId: TenantId, begin: (refusal?: Refusal) => void) => void
}

/** Requests of one shop that begin in one turn of the event loop; each takes some tenths of a millisecond. */
const PER_TURN = 4
/** Requests of one shop that may wait, each a socket and some kilobytes: about three seconds of work. */
const WAITING_MAX = 10_000
const RETRY_AFTER_SECONDS = 2

const turnedAway = counter('http_turned_away', 'Requests refused because their shop had too many waiting')
let held = 0
gauge('http_held', 'Requests that wait for their shop’s turn', () => held)

type Waiting = (refusal?: Refusal) => void

/**
 * Keeps one shop's flood from another shop's requests. What a flood costs others is that the process reads hundreds of its
 * requests in a row before it looks at theirs. So in one turn of the event loop each shop begins a few; the rest wait,
 * unread, which costs nothing. The loop goes round as fast as there is work, so a shop alone loses nothing by it
 * (docs/adr/0023-floods.md).
 */
export function createTurns(): Turns {
  const lines = new Map<TenantId, Waiting[]>()
  const begun = new Map<TenantId, number>()
  let isTurnOver = true

  /** @returns whether the shop may begin one more in this turn; then it counts as begun */
  function take(tenantId: TenantId): boolean {
    const count = begun.get(tenantId) ?? 0
    if (count >= PER_TURN) return false
    begun.set(tenantId, count + 1)
    if (isTurnOver) setImmediate(nextTurn)
    isTurnOver = false
    return true
  }

  /** In no request's context, lest those who begin here seem to be a part of the one that ended the last turn. */
  const nextTurn = AsyncResource.bind((): void => {
    isTurnOver = true
    begun.clear()
    for (const [tenantId, line] of lines) {
      while (line.length > 0 && take(tenantId)) {
        held -= 1
        line.shift()?.()
      }
      if (line.length === 0) lines.delete(tenantId)
    }
  })

  return {
    enter(tenantId, begin) {
      const line = lines.get(tenantId)
      if (!line && take(tenantId)) {
        begin()
        return
      }
      if (line && line.length >= WAITING_MAX) {
        turnedAway.add(1)
        begin(commonErrors.busy({ retryAfterSeconds: RETRY_AFTER_SECONDS }))
        return
      }
      held += 1
      if (line) line.push(begin)
      else lines.set(tenantId, [begin])
    },
  }
}
