import { useCallback, useState } from 'react'
import { useMe } from './session.tsx'

/** A preference kept in this browser for this person: density, page size, columns. */
export function useRemembered(name: string, fallback: string): readonly [string, (value: string) => void] {
  const key = usePersonalKey(name)
  const [value, setValue] = useState(() => localStorage.getItem(key) ?? fallback)
  const remember = useCallback(
    (next: string) => {
      localStorage.setItem(key, next)
      setValue(next)
    },
    [key],
  )
  return [value, remember]
}

export function usePersonalKey(name: string): string {
  return `quanshu.console.${useMe().id}.${name}`
}
