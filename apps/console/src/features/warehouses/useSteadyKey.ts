import { useRef } from 'react'
import { newKey } from '../../shared/api/hooks.ts'

/** The same key for the same values: pressed again after an answer was lost, pieces are moved once. */
export function useSteadyKey(): (values: unknown) => string {
  const last = useRef({ said: '', key: '' })
  return (values) => {
    const said = JSON.stringify(values)
    if (said !== last.current.said) last.current = { said, key: newKey() }
    return last.current.key
  }
}
