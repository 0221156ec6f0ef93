import type { PurchaseState } from '@quanshu/contract'
import { useEffect, useState } from 'react'

/** States after which nothing more comes. */
const ENDED: ReadonlySet<PurchaseState> = new Set(['done', 'partial', 'refused', 'cancelled', 'contradicted'])

export const isOpen = (state: PurchaseState): boolean => !ENDED.has(state)

/** The time, a second ago at most, while something is being waited for. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [running])
  return now
}
