import { Card, Empty, Skeleton, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Copyable, Time } from '../../shared/parts/values.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { GatewayDialog } from './GatewayDialog.tsx'
import { TestResult, useTestResult } from './TestResult.tsx'
import { settingsText } from './text.ts'

type Gateway = Output<'payments.listGateways'>['items'][number]

/** Ways to be paid: what is set up, and whether it answers. */
export function PaymentTab() {
  const t = useText(settingsText)
  const { data, error, refetch } = useRead('payments.listGateways', {})
  const [editing, setEditing] = useState<Gateway>()
  if (!data)
    return <Card>{error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}</Card>
  return (
    <div className="stack">
      <Typography.Text type="secondary">{t('gatewaysHint')}</Typography.Text>
      {data.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noGateways')} />}
      {data.items.map((gateway) => (
        <GatewayCard key={gateway.gateway} gateway={gateway} onEdit={() => setEditing(gateway)} />
      ))}
      <GatewayDialog gateway={editing} onClose={() => setEditing(undefined)} />
    </div>
  )
}

function GatewayCard({ gateway, onEdit }: { readonly gateway: Gateway; readonly onEdit: () => void }) {
  const t = useText(settingsText)
  const test = useTestResult()
  const { go, running } = useAction('payments.testGateway', { onDone: test.show })
  const both = useBoth()
  const setUp = gateway.isSetUp
  return (
    <Section
      title={
        <>
          {gateway.name}{' '}
          <Tag color={gateway.enabled ? 'success' : 'default'}>
            {t(gateway.enabled ? 'enabled' : setUp ? 'disabled' : 'notSetUp')}
          </Tag>
        </>
      }
      extra={
        <span className="bulk">
          <ActionButton
            size="small"
            permission="settings.manage"
            loading={running}
            refusal={setUp ? undefined : t('notSetUp')}
            onClick={() => void go({ params: { gateway: gateway.gateway }, body: {} })}
          >
            {t('test')}
          </ActionButton>
          <ActionButton size="small" type="primary" permission="settings.manage" onClick={onEdit}>
            {t('configure')}
          </ActionButton>
        </span>
      }
    >
      <Facts
        items={[
          [t('baseUrl'), gateway.baseUrl],
          [both(gateway.merchantIdName.zh, gateway.merchantIdName.en), gateway.merchantId],
          [
            t('fee'),
            setUp && `${gateway.feeBp / 100} % · ${t(gateway.feePayer === 'buyer' ? 'feeByBuyer' : 'feeByShop')}`,
          ],
          [t('notifyUrl'), gateway.notifyUrl && <Copyable key="url" text={gateway.notifyUrl} />],
          [t('updatedAt'), gateway.updatedAt && <Time key="at" value={gateway.updatedAt} />],
        ]}
      />
      <TestResult result={test.result} />
    </Section>
  )
}
