import { Alert, Card, Empty, Skeleton, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { TestResult, useTestResult } from '../../shared/parts/TestResult.tsx'
import { Copyable, Time } from '../../shared/parts/values.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { GatewayDialog } from './GatewayDialog.tsx'
import { settingsText } from './text.ts'
import './settings.css'

type Gateway = Output<'payments.listGateways'>['items'][number]

/** Ways to be paid: what is set up, what is missing, and whether it answers. */
export function PaymentTab() {
  const t = useText(settingsText)
  const { data, error, refetch } = useRead('payments.listGateways', {})
  const [editing, setEditing] = useState<string>()
  if (!data)
    return <Card>{error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}</Card>
  return (
    <div className="stack">
      <Typography.Text type="secondary">{t('gatewaysHint')}</Typography.Text>
      {data.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noGateways')} />}
      {data.items.map((gateway) => (
        <GatewayCard key={gateway.gateway} gateway={gateway} onEdit={() => setEditing(gateway.gateway)} />
      ))}
      <GatewayDialog
        gateway={data.items.find(({ gateway }) => gateway === editing)}
        onClose={() => setEditing(undefined)}
      />
    </div>
  )
}

function GatewayCard({ gateway, onEdit }: { readonly gateway: Gateway; readonly onEdit: () => void }) {
  const t = useText(settingsText)
  const test = useTestResult()
  const { go, running } = useAction('payments.testGateway', { onDone: test.show })
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
          {setUp && (
            <ActionButton
              size="small"
              permission="settings.manage"
              loading={running}
              onClick={() => void go({ params: { gateway: gateway.gateway }, body: {} })}
            >
              {t('test')}
            </ActionButton>
          )}
          <ActionButton
            size="small"
            type={setUp ? 'default' : 'primary'}
            permission="settings.manage"
            aria-label={`${t('configure')} ${gateway.name}`}
            onClick={onEdit}
          >
            {t('configure')}
          </ActionButton>
        </span>
      }
    >
      <Missing gateway={gateway} />
      {setUp && <Account gateway={gateway} />}
      <TestResult result={test.result} />
    </Section>
  )
}

function Account({ gateway }: { readonly gateway: Gateway }) {
  const t = useText(settingsText)
  const both = useBoth()
  const { feeBp, feePayer } = gateway
  return (
    <>
      <Facts
        items={[
          [t('baseUrl'), gateway.baseUrl],
          [both(gateway.merchantIdName.zh, gateway.merchantIdName.en), gateway.merchantId],
          [
            t('fee'),
            feeBp === 0 ? t('noFee') : `${feeBp / 100}% · ${t(feePayer === 'buyer' ? 'feeByBuyer' : 'feeByShop')}`,
          ],
          [t('updatedAt'), <Time key="at" value={gateway.updatedAt} />],
        ]}
      />
      <div className="notify-line">
        <span>{t('notifyUrl')}</span> <Copyable text={gateway.notifyUrl} />
      </div>
    </>
  )
}

/** What the gateway asks for and the shop has not given yet. */
function Missing({ gateway }: { readonly gateway: Gateway }) {
  const t = useText(settingsText)
  const both = useBoth()
  const required = gateway.fields.filter(({ required, isStored }) => required && !isStored)
  const names = required.map(({ name }) => both(name.zh, name.en))
  const comma = both('、', ', ')
  if (!gateway.isSetUp) {
    const { zh, en } = gateway.merchantIdName
    return (
      <Typography.Text type="secondary">
        {t('toPrepare', { fields: [both(zh, en), ...names].join(comma) })}
      </Typography.Text>
    )
  }
  if (names.length === 0) return null
  return (
    <Alert type="warning" showIcon title={t('missing', { fields: names.join(comma) })} style={{ marginBottom: 12 }} />
  )
}
