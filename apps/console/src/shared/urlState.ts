import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'

export type UrlValues = Readonly<Record<string, string>>

/** What a list is looking at lives in the address, so that it can be shared, kept and gone back to. */
export function useUrlState(): readonly [UrlValues, (patch: Readonly<Record<string, string | undefined>>) => void] {
  const [search, setSearch] = useSearchParams()
  const values = useMemo(() => Object.fromEntries(search), [search])
  const change = useCallback(
    (patch: Readonly<Record<string, string | undefined>>) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(patch)) {
            if (value === undefined || value === '') after.delete(name)
            else after.set(name, value)
          }
          return after
        },
        { replace: true },
      ),
    [setSearch],
  )
  return [values, change]
}
