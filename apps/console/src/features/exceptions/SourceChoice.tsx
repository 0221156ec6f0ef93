import { Alert, Form, Radio, Skeleton, Tag, Typography } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { usePassedOver } from '../../shared/parts/passedOver.ts'
import { Hao } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { exceptionText } from './text.ts'

type Line = Row<'fulfilment.listExceptions'>

/** Every source of a stuck line as it stands now; who cannot deliver it says why. @param left lines, where others were left out */
export function SourceChoice({ line, left }: { readonly line: Line; readonly left: number | null }) {
  const t = useText(exceptionText)
  const passedOver = usePassedOver()
  const { data, error, refetch } = useRead('fulfilment.listExceptionSources', {
    params: { no: line.orderNo, lineNo: line.lineNo },
  })
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton active paragraph={{ rows: 3 }} />
  return (
    <>
      {left !== null && (
        <Alert type="info" showIcon title={t('sourceOneSku', { count: left })} style={{ marginBottom: 12 }} />
      )}
      <Form.Item name="offerId" label={t('sourceChoose')} rules={[{ required: true, message: t('sourceRequired') }]}>
        <Radio.Group style={{ display: 'grid', gap: 8 }}>
          {data.items.map((source) => (
            <Radio key={source.offerId} value={source.offerId} disabled={source.passedOver !== null}>
              <b>{source.supplier}</b> {source.product} <Hao hao={source.costHao} />{' '}
              {source.stock !== null && (
                <Typography.Text type="secondary">
                  {t('sourceStock', { count: formatCount(source.stock) })}
                </Typography.Text>
              )}{' '}
              {source.passedOver && <Tag variant="filled">{passedOver(source.passedOver)}</Tag>}
              {source.refusedBefore && (
                <Tag variant="filled" color="warning">
                  {t('sourceRefused')}
                </Tag>
              )}
            </Radio>
          ))}
          {data.items.length === 0 && <Typography.Text type="secondary">{t('sourceNone')}</Typography.Text>}
        </Radio.Group>
      </Form.Item>
    </>
  )
}
