import { Alert } from 'antd'
import { useState } from 'react'
import { formatDuration } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { settingsText } from './text.ts'

export type Tested = { readonly ok: boolean; readonly message: string; readonly elapsedMs: number }

export function useTestResult() {
  const [result, show] = useState<Tested | undefined>()
  return { result, show }
}

/** What the other side answered, in its own words, and how long it took. */
export function TestResult({ result }: { readonly result: Tested | undefined }) {
  const t = useText(settingsText)
  if (!result) return null
  return (
    <Alert
      type={result.ok ? 'success' : 'error'}
      showIcon
      style={{ marginTop: 12 }}
      title={`${t(result.ok ? 'testOk' : 'testBad')} · ${formatDuration(result.elapsedMs)}${result.message && result.message !== 'OK' ? ` · ${result.message}` : ''}`}
    />
  )
}
