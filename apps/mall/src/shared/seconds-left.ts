import { useEffect, useState } from 'react'

/** Counts whole seconds down to 0, until a code may be asked for again. */
export function useSecondsLeft() {
  const [until, setUntil] = useState(0)
  const [now, setNow] = useState(Date.now)
  const left = Math.max(0, Math.ceil((until - now) / 1000))
  useEffect(() => {
    if (left === 0) return
    const timer = window.setTimeout(() => setNow(Date.now()), 1_000)
    return () => window.clearTimeout(timer)
  })
  return {
    left,
    start: (seconds: number) => {
      setNow(Date.now())
      setUntil(Date.now() + seconds * 1000)
    },
  }
}
