import { App, Typography } from 'antd'
import { useCallback } from 'react'
import { problemOf } from '../api/problem.ts'
import { commonText } from '../i18n/common.ts'
import { say } from '../i18n/index.ts'

/** Shows what went wrong as a notice: the server's sentence, and the number under which its log has it. */
export function useNotice(): (error: unknown) => void {
  const { notification } = App.useApp()
  return useCallback(
    (error) => {
      if (error instanceof DOMException && error.name === 'AbortError') return
      const { message, requestId, fields, status } = problemOf(error)
      notification[status >= 500 || status === 0 ? 'error' : 'warning']({
        key: message,
        title: message,
        description: (
          <>
            {fields.slice(0, 5).map((field) => (
              <div key={field.path + field.message}>{field.message}</div>
            ))}
            {requestId && (
              <Typography.Text type="secondary" copyable={{ text: requestId }} style={{ fontSize: 12 }}>
                {say(commonText, 'requestId', { id: requestId })}
              </Typography.Text>
            )}
          </>
        ),
        placement: 'topRight',
      })
    },
    [notification],
  )
}
