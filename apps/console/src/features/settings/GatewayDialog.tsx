import { Alert, App, Button, Drawer, Form, Input, InputNumber, Select, Space, Switch } from 'antd'
import { useEffect } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { CredentialField } from '../../shared/parts/CredentialField.tsx'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { TestResult, useTestResult } from '../../shared/parts/TestResult.tsx'
import { Copyable } from '../../shared/parts/values.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { settingsText } from './text.ts'
import './settings.css'

type Gateway = Output<'payments.listGateways'>['items'][number]
type Values = {
  readonly enabled: boolean
  readonly baseUrl: string
  readonly merchantId: string
  readonly settings?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly feePercent: number
  readonly feePayer: Gateway['feePayer']
  readonly minFen: number
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
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const tested = useTestResult()
  const update = useAction('payments.saveGateway', { refresh: ['payments.', 'setup.'], showProblem: false })
  const test = useAction('payments.testGateway', { onDone: tested.show })
  const name = gateway?.gateway
  // Only another gateway fills the form anew: reading the list again must not take away what is being typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    tested.show(undefined)
    form.resetFields()
    if (gateway) form.setFieldsValue(valuesOf(gateway))
  }, [name, form])

  const save = (then: (saved: Gateway) => unknown) =>
    void submit(async ({ feePercent, settings = {}, secrets = {}, ...rest }) => {
      if (!gateway) return
      tested.show(undefined)
      const body = { ...rest, settings: given(settings), secrets: given(secrets), feeBp: Math.round(feePercent * 100) }
      const saved = await update.run({ params: { gateway: gateway.gateway }, body })
      // What was sealed is not shown again, so it does not stay in the form either.
      form.setFieldValue('secrets', {})
      void message.success(common('saved'))
      await then(saved)
    })
  const saveAndClose = () => save(onClose)
  const saveAndTest = () => save((saved) => test.go({ params: { gateway: saved.gateway }, body: {} }))
  const busy = saving || test.running
  return (
    <Drawer
      open={gateway !== undefined}
      title={gateway?.name}
      size="min(680px, 100vw)"
      onClose={onClose}
      forceRender
      footer={
        <div className="drawer-foot">
          <TestResult result={tested.result} />
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button loading={busy} onClick={saveAndTest}>
            {t('saveAndTest')}
          </Button>
          <Button type="primary" loading={busy} onClick={saveAndClose}>
            {common('save')}
          </Button>
        </div>
      }
    >
      <Form form={form} layout="vertical" autoComplete="off" onFinish={saveAndClose}>
        {gateway && <GatewayForm gateway={gateway} />}
        <button type="submit" hidden />
      </Form>
    </Drawer>
  )
}

function GatewayForm({ gateway }: { readonly gateway: Gateway }) {
  const t = useText(settingsText)
  const both = useBoth()
  const enabled = Form.useWatch<boolean | undefined>('enabled') ?? gateway.enabled
  return (
    <>
      <div className="switch-row">
        <div>
          <strong>{t('enable')}</strong>
          <div className="switch-hint">{t('enableHint')}</div>
        </div>
        <Form.Item name="enabled" valuePropName="checked" noStyle>
          <Switch aria-label={t('enable')} />
        </Form.Item>
      </div>
      <Alert
        type="info"
        title={t('notifyUrl')}
        description={
          <>
            <div className="notify-url">
              <Copyable text={gateway.notifyUrl} />
            </div>
            <div className="switch-hint">{t('notifyHint')}</div>
          </>
        }
        style={{ marginBottom: 20 }}
      />
      <h3 className="form-part">{t('partAccount')}</h3>
      <div className="field-grid">
        <Form.Item
          className="field-wide"
          name="baseUrl"
          label={t('baseUrl')}
          rules={[{ required: true, pattern: /^https?:\/\/\S+$/, message: t('badUrl') }]}
        >
          <Input maxLength={300} inputMode="url" placeholder="https://" />
        </Form.Item>
        <Form.Item
          name="merchantId"
          label={both(gateway.merchantIdName.zh, gateway.merchantIdName.en)}
          rules={[{ required: true, whitespace: true, message: t('required') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        {gateway.fields.map((field) => (
          <CredentialField key={field.key} field={field} enabled={enabled} />
        ))}
      </div>
      <h3 className="form-part">{t('partFee')}</h3>
      <Space wrap size="large" align="start">
        <Form.Item name="feePercent" label={t('fee')} tooltip={t('feeHint')}>
          <InputNumber min={0} max={20} step={0.1} precision={2} suffix="%" style={{ width: 120 }} />
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
        <Form.Item
          name="minFen"
          label={t('least')}
          tooltip={t('leastHint')}
          rules={[{ required: true, message: t('required') }]}
        >
          <MoneyInput min={0} max={1_000_000} style={{ width: 120 }} />
        </Form.Item>
        <Form.Item name="position" label={t('position')} tooltip={t('positionHint')}>
          <InputNumber min={0} max={1000} precision={0} style={{ width: 120 }} />
        </Form.Item>
      </Space>
    </>
  )
}

function valuesOf(gateway: Gateway): Values {
  const { enabled, baseUrl, defaultBaseUrl, merchantId, fields, feeBp, feePayer, minFen, position } = gateway
  const settings = fields
    .filter(({ secret }) => !secret)
    .map(({ key, value, choices }) => [key, value || (choices[0] ?? '')] as const)
  return {
    enabled,
    baseUrl: baseUrl || defaultBaseUrl,
    merchantId,
    settings: Object.fromEntries(settings),
    feePercent: feeBp / 100,
    feePayer,
    minFen,
    position,
  }
}

/** A field that was never touched has no value. */
const given = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
