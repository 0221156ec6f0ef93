import { App, Card, Empty, Form, Input, Modal, Skeleton, Switch, Tag, Typography } from 'antd'
import { useEffect, useState } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Copyable, Time } from '../../shared/parts/values.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
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
  const setUp = gateway.hasSecret
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
          [t('merchantId'), gateway.merchantId],
          [t('notifyUrl'), gateway.notifyUrl && <Copyable key="url" text={gateway.notifyUrl} />],
          [t('updatedAt'), gateway.updatedAt && <Time key="at" value={gateway.updatedAt} />],
        ]}
      />
      <TestResult result={test.result} />
    </Section>
  )
}

type Values = {
  readonly enabled: boolean
  readonly baseUrl: string
  readonly merchantId: string
  readonly secret: string
}

function GatewayDialog({ gateway, onClose }: { readonly gateway: Gateway | undefined; readonly onClose: () => void }) {
  const t = useText(settingsText)
  const common = useText(commonText)
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const update = useAction('payments.saveGateway', { refresh: ['payments.', 'setup.'], showProblem: false })
  useEffect(() => {
    if (!gateway) return
    form.resetFields()
    const { enabled, baseUrl, merchantId } = gateway
    form.setFieldsValue({ enabled, baseUrl, merchantId, secret: '' })
  }, [gateway, form])
  const save = async (body: Values) => {
    if (!gateway) return
    await update.run({ params: { gateway: gateway.gateway }, body })
    void message.success(common('saved'))
    onClose()
  }
  return (
    <Modal
      open={gateway !== undefined}
      title={gateway?.name}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      okText={common('save')}
      width={480}
      forceRender
    >
      <Form form={form} layout="vertical" autoComplete="off" onFinish={() => void submit(save)}>
        <Form.Item name="enabled" label={t('enable')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item
          name="baseUrl"
          label={t('baseUrl')}
          rules={[{ required: true, pattern: /^https?:\/\/\S+$/, message: t('badUrl') }]}
        >
          <Input maxLength={300} inputMode="url" placeholder="https://" />
        </Form.Item>
        <Form.Item
          name="merchantId"
          label={t('merchantId')}
          rules={[{ required: true, whitespace: true, message: t('required') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item
          name="secret"
          label={t('secret')}
          rules={gateway?.hasSecret ? [] : [{ required: true, message: t('secretRequired') }]}
        >
          <Input.Password
            maxLength={500}
            autoComplete="new-password"
            placeholder={gateway?.hasSecret ? t('secretKept') : ''}
          />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}
