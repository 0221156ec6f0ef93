import { Button, Card, Empty, Form, InputNumber, Radio, Skeleton, Table } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMay } from '../../shared/session.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { useDuration } from './duration.ts'
import { serviceText } from './text.ts'

type Rules = Output<'fulfilment.listServiceRules'>['items'][number]

/** What each service promises, how much of it a day bears, and what happens when it fails. */
export function RulesPage() {
  const t = useText(serviceText)
  const duration = useDuration()
  const may = useMay()
  const read = useRead('fulfilment.listServiceRules', {})
  const edit = useEdit()
  const { data, error, refetch } = read
  return (
    <PageFrame title={t('rulesTitle')} hint={t('rulesHint')} back="/services">
      <Card styles={{ body: { padding: 0, overflowX: 'auto' } }}>
        {error && !data ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : !data ? (
          <Skeleton active style={{ padding: 16 }} />
        ) : (
          <Table<Rules>
            size="small"
            rowKey="skuId"
            pagination={false}
            dataSource={data.items}
            scroll={{ x: 'max-content' }}
            locale={{
              emptyText: (
                <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noServices')}>
                  <p>{t('noServicesText')}</p>
                  {may('goods.write') && (
                    <Link to="/goods/new">
                      <Button>{t('service')}</Button>
                    </Link>
                  )}
                </Empty>
              ),
            }}
            columns={[
              {
                key: 'service',
                title: t('service'),
                render: (_, rules) => <Link to={`/goods/${rules.goodsId}`}>{nameOf(rules)}</Link>,
              },
              {
                key: 'promised',
                title: t('promised'),
                render: (_, rules) => duration(rules.promisedMinutes * 60),
              },
              {
                key: 'capacity',
                title: t('capacity'),
                render: (_, { capacityPerDay, leftToday }) =>
                  capacityPerDay === null
                    ? t('unlimited')
                    : t('capacityOf', { capacity: capacityPerDay, left: leftToday ?? 0 }),
              },
              { key: 'overdue', title: t('whenOverdue'), render: (_, rules) => t(`overdue.${rules.whenOverdue}`) },
              { key: 'rejected', title: t('whenRejected'), render: (_, rules) => t(`rejected.${rules.whenRejected}`) },
              {
                key: 'usually',
                title: t('usually'),
                render: (_, { usuallySeconds, slowSeconds }) =>
                  usuallySeconds === null
                    ? t('noneYet')
                    : t('usuallyOf', { p50: duration(usuallySeconds), p95: duration(slowSeconds ?? usuallySeconds) }),
              },
              {
                key: 'edit',
                title: '',
                render: (_, rules) => (
                  <ActionButton type="link" permission="services.manage" onClick={() => edit(rules)}>
                    {t('edit')}
                  </ActionButton>
                ),
              },
            ]}
          />
        )}
      </Card>
    </PageFrame>
  )
}

const nameOf = ({ goodsTitle, skuTitle }: Rules): string => [goodsTitle, skuTitle].filter(Boolean).join(' / ')

function useEdit(): (rules: Rules) => void {
  const t = useText(serviceText)
  const confirm = useConfirmDanger()
  const save = useAction('fulfilment.saveServiceRules', {
    refresh: ['fulfilment.', 'catalog.'],
    done: t('saved'),
    showProblem: false,
  })
  return (rules) =>
    confirm({
      title: t('edit'),
      confirmText: t('save'),
      object: nameOf(rules),
      danger: false,
      initialValues: { ...rules },
      extra: (
        <>
          <Form.Item
            name="promisedMinutes"
            label={t('promisedMinutes')}
            extra={t('promisedHint')}
            rules={[{ required: true, type: 'integer', min: 5, max: 43_200, message: t('promisedHint') }]}
          >
            <InputNumber min={5} max={43_200} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="capacityPerDay" label={t('capacity')} extra={t('capacityHint')}>
            <InputNumber min={0} max={100_000} precision={0} style={{ width: '100%' }} placeholder={t('unlimited')} />
          </Form.Item>
          <Form.Item name="whenOverdue" label={t('whenOverdue')}>
            <Radio.Group
              options={[
                { value: 'flag', label: t('overdue.flag') },
                { value: 'refund', label: t('overdue.refund') },
              ]}
            />
          </Form.Item>
          <Form.Item name="whenRejected" label={t('whenRejected')}>
            <Radio.Group
              options={[
                { value: 'desk', label: t('rejected.desk') },
                { value: 'refund', label: t('rejected.refund') },
              ]}
            />
          </Form.Item>
        </>
      ),
      onConfirm: (_reason, values) =>
        save.run({
          params: { skuId: rules.skuId },
          body: {
            promisedMinutes: Number(values.promisedMinutes),
            capacityPerDay: (values.capacityPerDay as number | null | undefined) ?? null,
            whenOverdue: values.whenOverdue as Rules['whenOverdue'],
            whenRejected: values.whenRejected as Rules['whenRejected'],
          },
        }),
    })
}
