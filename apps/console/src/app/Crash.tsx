import { Button, Card, Result, Typography } from 'antd'
import { useRouteError } from 'react-router'
import { commonText } from '../shared/i18n/common.ts'
import { useText } from '../shared/i18n/index.ts'

/** A screen that threw, or whose files a new release has replaced while the page was open. */
export function Crash() {
  const error = useRouteError()
  const t = useText(commonText)
  const outdated = error instanceof TypeError && /import|module|fetch/i.test(error.message)
  return (
    <Card style={{ margin: 24 }}>
      <Result
        status={outdated ? 'info' : 'error'}
        title={outdated ? t('newVersion') : t('crashTitle')}
        subTitle={outdated ? undefined : t('crashText')}
        extra={
          <Button type="primary" onClick={() => location.reload()}>
            {t('reload')}
          </Button>
        }
      >
        {!outdated && (
          <Typography.Paragraph copyable code style={{ whiteSpace: 'pre-wrap' }}>
            {error instanceof Error ? `${error.name}: ${error.message}` : String(error)}
          </Typography.Paragraph>
        )}
      </Result>
    </Card>
  )
}
