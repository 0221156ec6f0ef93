import { Button, Result, Typography } from 'antd'
import { problemOf } from '../api/problem.ts'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'

/** A page or list that could not be loaded: what happened, its number, and another try. */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const t = useText(commonText)
  const { status, message, requestId } = problemOf(error)
  if (status === 404) return <Result status="404" title={t('notFound')} subTitle={t('notFoundHint')} />
  if (status === 403) return <Result status="403" title={t('noPermissionTitle')} subTitle={message} />
  return (
    <Result
      status={status >= 500 ? '500' : 'warning'}
      title={t('loadFailed')}
      subTitle={message}
      extra={
        onRetry && (
          <Button type="primary" onClick={onRetry}>
            {t('retry')}
          </Button>
        )
      }
    >
      {requestId && (
        <Typography.Paragraph type="secondary" copyable={{ text: requestId }} style={{ textAlign: 'center' }}>
          {t('requestId', { id: requestId })}
        </Typography.Paragraph>
      )}
    </Result>
  )
}
