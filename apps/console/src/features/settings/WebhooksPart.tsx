import { PlusOutlined } from '@ant-design/icons'
import { WEBHOOK_EVENTS } from '@quanshu/contract'
import { Alert, App, Button, Card, Empty, Form, Input, Modal, Select, Skeleton, Switch, Tag, Typography } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatTime } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { TestResult, useTestResult } from '../../shared/parts/TestResult.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { notifyText } from './notifyText.ts'

type Endpoint = Output<'notify.listEndpoints'>['items'][number]
type Values = Pick<Endpoint, 'url' | 'note' | 'events' | 'enabled'>
type Draft = Values & { readonly id?: number }
const NEW: Draft = { url: '', note: '', events: ['order.paid', 'order.delivered', 'refund.done'], enabled: true }

/** Other systems that are told of events. */
export function WebhooksPart() {
  const t = useText(notifyText)
  const { data, error, refetch } = useRead('notify.listEndpoints', {})
  const [draft, setDraft] = useState<Draft>()
  const [secret, setSecret] = useState<string>()
  if (!data) {
    return <Card>{error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}</Card>
  }
  const add = (
    <ActionButton type="primary" icon={<PlusOutlined />} permission="settings.manage" onClick={() => setDraft(NEW)}>
      {t('addWebhook')}
    </ActionButton>
  )
  return (
    <>
      <Section title={t('webhooks')} extra={data.items.length > 0 && add}>
        <Typography.Paragraph type="secondary">{t('webhooksHint')}</Typography.Paragraph>
        {data.items.length === 0 ? (
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noWebhooks')}>
            {add}
          </Empty>
        ) : (
          data.items.map((endpoint) => (
            <EndpointRow key={endpoint.id} endpoint={endpoint} onEdit={() => setDraft(endpoint)} onSecret={setSecret} />
          ))
        )}
      </Section>
      <EndpointDialog draft={draft} onClose={() => setDraft(undefined)} onSecret={setSecret} />
      <SecretOnce secret={secret} onClose={() => setSecret(undefined)} />
    </>
  )
}

function EndpointRow({
  endpoint,
  onEdit,
  onSecret,
}: {
  readonly endpoint: Endpoint
  readonly onEdit: () => void
  readonly onSecret: (secret: string) => void
}) {
  const t = useText(notifyText)
  const common = useText(commonText)
  const confirm = useConfirmDanger()
  const test = useTestResult()
  const refresh = ['notify.listEndpoints']
  const params = { id: endpoint.id }
  const tried = useAction('notify.testEndpoint', { onDone: test.show })
  const rotate = useAction('notify.rotateEndpoint', { refresh, onDone: (answer) => onSecret(answer.secret) })
  const remove = useAction('notify.removeEndpoint', { refresh, done: common('done') })
  return (
    <div className="endpoint">
      <div className="endpoint-head">
        <Tag color={endpoint.enabled ? 'success' : endpoint.disabledReason ? 'error' : 'default'}>
          {t(endpoint.enabled ? 'on' : (endpoint.disabledReason ?? 'off'))}
        </Tag>
        <strong className="endpoint-url">{endpoint.url}</strong>
        {endpoint.note && <span className="switch-hint">{endpoint.note}</span>}
      </div>
      <div className="endpoint-events">
        {endpoint.events.map((event) => (
          <Tag key={event}>{event}</Tag>
        ))}
      </div>
      <div className="switch-hint">
        {[
          endpoint.waiting > 0 && t('waiting', { count: endpoint.waiting }),
          endpoint.enabled && endpoint.failingSince && t('failingNow', { time: formatTime(endpoint.failingSince) }),
          endpoint.previousSecretUntil && t('bothUntil', { time: formatTime(endpoint.previousSecretUntil) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
      <span className="endpoint-actions">
        <Link to={`/webhooks/${endpoint.id}`}>
          <Button size="small" tabIndex={-1}>
            {t('deliveries')}
          </Button>
        </Link>
        <ActionButton
          size="small"
          permission="settings.manage"
          loading={tried.running}
          onClick={() => void tried.go({ params })}
        >
          {t('testWebhook')}
        </ActionButton>
        <ActionButton size="small" permission="settings.manage" onClick={onEdit}>
          {common('edit')}
        </ActionButton>
        <ActionButton
          size="small"
          permission="settings.manage"
          onClick={() =>
            confirm({
              title: t('rotate'),
              object: endpoint.url,
              consequence: t('rotateConsequence'),
              danger: false,
              onConfirm: () => rotate.run({ params }),
            })
          }
        >
          {t('rotate')}
        </ActionButton>
        <ActionButton
          size="small"
          danger
          permission="settings.manage"
          onClick={() =>
            confirm({
              title: common('remove'),
              object: endpoint.url,
              consequence: t('removeConsequence'),
              onConfirm: () => remove.run({ params }),
            })
          }
        >
          {common('remove')}
        </ActionButton>
      </span>
      <TestResult result={test.result} />
    </div>
  )
}

function EndpointDialog({
  draft,
  onClose,
  onSecret,
}: {
  readonly draft: Draft | undefined
  readonly onClose: () => void
  readonly onSecret: (secret: string) => void
}) {
  const t = useText(notifyText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const options = { refresh: ['notify.listEndpoints'], done: common('saved'), showProblem: false }
  const create = useAction('notify.createEndpoint', options)
  const update = useAction('notify.updateEndpoint', options)
  useEffect(() => {
    if (!draft) return
    form.resetFields()
    form.setFieldsValue({ url: draft.url, note: draft.note, events: [...draft.events], enabled: draft.enabled })
  }, [draft, form])
  const save = async (body: Values) => {
    if (draft?.id !== undefined) await update.run({ params: { id: draft.id }, body })
    else onSecret((await create.run({ body })).secret)
    onClose()
  }
  return (
    <Modal
      open={draft !== undefined}
      title={t(draft?.id === undefined ? 'addWebhook' : 'editWebhook')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      okText={common('save')}
      forceRender
    >
      <Form form={form} layout="vertical" onFinish={() => void submit(save)}>
        <Form.Item
          name="url"
          label={t('url')}
          rules={[{ required: true, pattern: /^https?:\/\/\S+$/, message: t('badUrl') }]}
        >
          <Input maxLength={500} inputMode="url" placeholder="https://erp.example.com/hooks/quanshu" />
        </Form.Item>
        <Form.Item name="note" label={t('note')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="events" label={t('events')} rules={[{ required: true, message: t('eventsRequired') }]}>
          <Select mode="multiple" options={WEBHOOK_EVENTS.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item name="enabled" label={t('on')} valuePropName="checked" style={{ marginBottom: 0 }}>
          <Switch />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}

/** A secret that no page ever shows again. */
function SecretOnce({ secret, onClose }: { readonly secret: string | undefined; readonly onClose: () => void }) {
  const t = useText(notifyText)
  const { message } = App.useApp()
  const common = useText(commonText)
  return (
    <Modal
      open={secret !== undefined}
      title={t('secretTitle')}
      closable={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('secretSaved')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={t('secretOnce')} style={{ marginBottom: 12 }} />
      <Typography.Paragraph
        className="num endpoint-url"
        copyable={{ text: secret ?? '', onCopy: () => void message.success(common('copied')) }}
      >
        {secret}
      </Typography.Paragraph>
    </Modal>
  )
}
