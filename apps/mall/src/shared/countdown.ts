import { useEffect, useState } from 'react'

/** A server's instant and the visitor's clock at the moment it arrived: only the difference of later readings counts. */
export type Anchor = { readonly serverMs: number; readonly localMs: number }

/** Milliseconds until `expiresAt` by the server's clock, never below 0. A visitor's wrong clock does not matter. */
export function millisecondsLeft(expiresAt: string, anchor: Anchor, localNowMs: number): number {
  const serverNow = anchor.serverMs + (localNowMs - anchor.localMs)
  return Math.max(0, Date.parse(expiresAt) - serverNow)
}

/** `1:05:09` above an hour, else `05:09`. A started second counts as whole, so that `00:00` means over. */
export function clockText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = `${two(Math.trunc(seconds / 60) % 60)}:${two(seconds % 60)}`
  return seconds >= 3600 ? `${Math.trunc(seconds / 3600)}:${minutes}` : minutes
}

/**
 * Counts down to `expiresAt`.
 * @param now the server's clock in the answer that carried `expiresAt`
 * @returns milliseconds left, redrawn at every full second
 */
export function useCountdown(expiresAt: string, now: string): number {
  const [anchor, setAnchor] = useState<Anchor & { now: string }>(() => anchorAt(now))
  if (anchor.now !== now) setAnchor(anchorAt(now))
  const [, redraw] = useState(0)
  const left = millisecondsLeft(expiresAt, anchor, Date.now())

  useEffect(() => {
    if (left === 0) return
    const untilNextSecond = left % 1000 || 1000
    const timer = window.setTimeout(() => redraw((count) => count + 1), untilNextSecond)
    // A hidden page's timers sleep; show the right time the moment it is seen again.
    const wake = () => redraw((count) => count + 1)
    document.addEventListener('visibilitychange', wake)
    return () => {
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', wake)
    }
  })
  return left
}

/**
 * Counts up from `since`, by the server's clock as `useCountdown` does.
 * @returns milliseconds that have passed, redrawn at every full second
 */
export function useElapsed(since: string, now: string): number {
  const [anchor, setAnchor] = useState<Anchor & { now: string }>(() => anchorAt(now))
  if (anchor.now !== now) setAnchor(anchorAt(now))
  const [, redraw] = useState(0)
  useEffect(() => {
    const timer = window.setInterval(() => redraw((count) => count + 1), 1000)
    return () => window.clearInterval(timer)
  }, [])
  return millisecondsSince(since, anchor, Date.now())
}

/** Milliseconds from `since` by the server's clock, never below 0. */
export const millisecondsSince = (since: string, anchor: Anchor, localNowMs: number): number =>
  Math.max(0, anchor.serverMs + (localNowMs - anchor.localMs) - Date.parse(since))

const anchorAt = (now: string) => ({ now, serverMs: Date.parse(now), localMs: Date.now() })
