import { App, Form, Input, InputNumber, Modal, Select, Space, Switch } from 'antd'
import { useEffect } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { settingsText } from './text.ts'

type Gateway = Output<'payments.listGateways'>['items'][number]
type Field = Gateway['fields'][number]
type Values = {
  readonly enabled: boolean
  readonly baseUrl: string
  readonly merchantId: string
  readonly settings?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly feePercent: number
  readonly feePayer: Gateway['feePayer']
  readonly position: number
}

/** A shop's contract with one gateway. What is asked for beside address and number is the gateway's own affair. */
export function GatewayDialog({
  gateway,
  onClose,
}: {
  readonly gateway: Gateway | undefined
  readonly onClose: () => void
}) {
  const t = useText(settingsText)
  const common = useText(commonText)
  const both = useBoth()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const update = useAction('payments.saveGateway', { refresh: ['payments.', 'setup.'], showProblem: false })
  useEffect(() => {
    if (!gateway) return
    form.resetFields()
    const { enabled, baseUrl, defaultBaseUrl, merchantId, fields, feeBp, feePayer, position } = gateway
    const settings = fields.filter(({ secret }) => !secret).map(({ key, value, choices }) => [key, value || choices[0]])
    form.setFieldsValue({
      enabled,
      baseUrl: baseUrl || defaultBaseUrl,
      merchantId,
      settings: Object.fromEntries(settings),
      feePercent: feeBp / 100,
      feePayer,
      position,
    })
  }, [gateway, form])
  const save = async ({ feePercent, settings = {}, secrets = {}, ...rest }: Values) => {
    if (!gateway) return
    const body = { ...rest, settings: given(settings), secrets: given(secrets), feeBp: Math.round(feePercent * 100) }
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
      width={640}
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
          label={gateway ? both(gateway.merchantIdName.zh, gateway.merchantIdName.en) : t('merchantId')}
          rules={[{ required: true, whitespace: true, message: t('required') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        {gateway?.fields.map((field) => (
          <FieldItem key={field.key} field={field} />
        ))}
        <Space wrap size="large" align="start">
          <Form.Item name="feePercent" label={t('fee')} tooltip={t('feeHint')}>
            <InputNumber min={0} max={20} step={0.1} precision={2} addonAfter="%" />
          </Form.Item>
          <Form.Item name="feePayer" label={t('feePayer')}>
            <Select
              style={{ minWidth: 140 }}
              options={[
                { value: 'shop', label: t('feeByShop') },
                { value: 'buyer', label: t('feeByBuyer') },
              ]}
            />
          </Form.Item>
          <Form.Item name="position" label={t('position')} tooltip={t('positionHint')}>
            <InputNumber min={0} max={1000} precision={0} />
          </Form.Item>
        </Space>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}

function FieldItem({ field }: { readonly field: Field }) {
  const t = useText(settingsText)
  const both = useBoth()
  const mustEnter = field.required && !(field.secret && field.isStored)
  const placeholder = field.secret && field.isStored ? t('secretKept') : ''
  return (
    <Form.Item
      name={[field.secret ? 'secrets' : 'settings', field.key]}
      label={both(field.name.zh, field.name.en)}
      extra={field.hint && both(field.hint.zh, field.hint.en)}
      rules={mustEnter ? [{ required: true, whitespace: true, message: t('required') }] : []}
    >
      {field.choices.length > 0 ? (
        <Select options={field.choices.map((value) => ({ value, label: value }))} />
      ) : field.multiline ? (
        <Input.TextArea rows={4} maxLength={8_000} placeholder={placeholder} className="code" spellCheck={false} />
      ) : field.secret ? (
        <Input.Password maxLength={500} autoComplete="new-password" placeholder={placeholder} />
      ) : (
        <Input maxLength={300} />
      )}
    </Form.Item>
  )
}

/** A field that was never touched has no value. */
const given = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
