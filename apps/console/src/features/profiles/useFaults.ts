import { useEffect, useState } from 'react'
import { call, type Output } from '../../shared/api/index.ts'

export type Fault = Output<'suppliers.checkProfile'>['faults'][number]

/** Long enough not to ask at every key, short enough to be there when the eye looks up. */
const PAUSE_MS = 400

/** What the server finds wrong with a profile while it is being written; undefined while it looks. */
export function useFaults(source: string): readonly Fault[] | undefined {
  const [found, setFound] = useState<{ readonly source: string; readonly faults: readonly Fault[] }>()
  useEffect(() => {
    const stop = new AbortController()
    const timer = setTimeout(() => {
      call('suppliers.checkProfile', { body: { source } }, { signal: stop.signal }).then(
        ({ faults }) => setFound({ source, faults }),
        () => undefined,
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [source])
  return found?.source === source ? found.faults : undefined
}
