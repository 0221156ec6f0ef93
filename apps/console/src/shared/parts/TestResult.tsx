import { Alert } from 'antd'
import { useState } from 'react'
import { formatDuration } from '../format.ts'
import { defineMessages, useText } from '../i18n/index.ts'

const text = defineMessages('testResult', {
  testOk: ['连接正常', 'It works'],
  testBad: ['连接失败', 'It does not work'],
})

export type Tested = { readonly ok: boolean; readonly message: string; readonly elapsedMs: number }

export function useTestResult() {
  const [result, show] = useState<Tested | undefined>()
  return { result, show }
}

/** What the other side answered, in its own words, and how long it took. */
export function TestResult({ result }: { readonly result: Tested | undefined }) {
  const t = useText(text)
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
