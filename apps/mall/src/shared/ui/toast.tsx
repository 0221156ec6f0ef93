import { useEffect, useSyncExternalStore } from 'react'
import css from './toast.module.css'

const SHOWN_MS = 2_200

let current: { readonly text: string; readonly id: number } = { text: '', id: 0 }
const listeners = new Set<() => void>()
const set = (text: string) => {
  current = { text, id: current.id + 1 }
  for (const listener of listeners) listener()
}

/** Says for two seconds that something was done. Never for what a person must read: that stands in the page. */
export const toast = (text: string): void => set(text)

/** The one place where toasts appear; a live region, so that they are also heard. */
export function Toaster() {
  const { text, id } = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
  useEffect(() => {
    if (text === '') return
    const timer = window.setTimeout(() => set(''), SHOWN_MS)
    return () => window.clearTimeout(timer)
  }, [text])
  return (
    <div className={css.toast} role="status" key={text === '' ? 'none' : id}>
      {text}
    </div>
  )
}
