import { Alert, Button, Collapse, Form, Input, InputNumber, Select, Typography } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Input as In, Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { draftOf } from './copy.ts'
import { TrialResult } from './TrialResult.tsx'
import { profileText } from './text.ts'

type Body = In<'suppliers.tryProfile'>['body']
type Trial = Output<'suppliers.tryProfile'>
type TextKey = keyof typeof profileText.keys
type Values = {
  readonly operation: Body['operation']
  readonly baseUrl: string
  readonly identity?: string
  readonly settings?: Readonly<Record<string, string | undefined>>
  readonly secrets?: Readonly<Record<string, string | undefined>>
  readonly at?: string
  readonly no: string
  readonly remoteNo?: string
  readonly remoteId?: string
  readonly kind: 'direct' | 'card' | 'link'
  readonly quantity: number
  readonly ceilingYuan: number
  readonly account?: string
  readonly answerBody?: string
  readonly answerStatus: number
  readonly answerHeaders?: string
  readonly callbackBody?: string
  readonly callbackQuery?: string
  readonly callbackHeaders?: string
}

const SAMPLE: Values = {
  operation: 'place',
  baseUrl: 'https://supplier.example.com',
  no: '26010200000000010101',
  remoteNo: '',
  remoteId: '1001',
  kind: 'direct',
  quantity: 1,
  ceilingYuan: 10,
  account: '13800138000',
  answerStatus: 200,
}

/** What the profile in the editor would send and how it would read what comes back. Nothing leaves the house. */
export function TrialPanel({ source, hasFaults }: { readonly source: string; readonly hasFaults: boolean }) {
  const t = useText(profileText)
  const both = useBoth()
  const [form] = Form.useForm<Values>()
  const [trial, setTrial] = useState<Trial>()
  const run = useAction('suppliers.tryProfile')
  const draft = draftOf(source)
  const go = async (values: Values) => setTrial(await run.go({ body: bodyOf(source, values) }))
  const settings = draft?.settings ?? []
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={SAMPLE}
      onFinish={(values) => void go(values)}
      autoComplete="off"
    >
      <Typography.Paragraph type="secondary" style={{ fontSize: 13 }}>
        {t('trialHint')}
      </Typography.Paragraph>
      <div className="profile-form">
        <Form.Item name="operation" label={t('operation')}>
          <Select
            options={(draft?.operations ?? ['place']).map((name) => ({
              value: name,
              label: t(`op_${name}` as TextKey),
            }))}
          />
        </Form.Item>
        <Form.Item name="identity" label={both(draft?.identityZh || 'ID', draft?.identityEn || 'ID')}>
          <Input maxLength={100} />
        </Form.Item>
        {settings.map(({ key, nameZh, nameEn, secret, choices }) => (
          <Form.Item key={key} name={[secret ? 'secrets' : 'settings', key]} label={both(nameZh || key, nameEn || key)}>
            {secret ? (
              <Input.Password autoComplete="new-password" maxLength={8000} />
            ) : choices.length > 0 ? (
              <Select allowClear options={choices.map((value) => ({ value, label: value }))} />
            ) : (
              <Input maxLength={2000} />
            )}
          </Form.Item>
        ))}
        <Form.Item name="remoteId" label={t('remoteId')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="no" label={t('sampleNo')} rules={[{ required: true, pattern: /^\d{1,20}$/ }]}>
          <Input maxLength={20} inputMode="numeric" />
        </Form.Item>
        <Form.Item name="account" label={t('account')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="quantity" label={t('quantity')}>
          <InputNumber min={1} max={10_000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Collapse
        size="small"
        ghost
        items={[
          {
            key: 'more',
            label: `${t('baseUrl')} · ${t('moment')} · ${t('kind')} · ${t('ceiling')}`,
            forceRender: true,
            children: (
              <div className="profile-form">
                <Form.Item className="wide" name="baseUrl" label={t('baseUrl')}>
                  <Input maxLength={300} inputMode="url" />
                </Form.Item>
                <Form.Item className="wide" name="at" label={t('moment')} extra={t('momentHint')}>
                  <Input maxLength={40} placeholder="2026-01-02T03:04:05+08:00" />
                </Form.Item>
                <Form.Item name="kind" label={t('kind')}>
                  <Select
                    options={(['direct', 'card', 'link'] as const).map((value) => ({
                      value,
                      label: t(`kind_${value}`),
                    }))}
                  />
                </Form.Item>
                <Form.Item name="ceilingYuan" label={t('ceiling')}>
                  <InputNumber min={0} max={1_000_000} precision={4} style={{ width: '100%' }} />
                </Form.Item>
                <Form.Item name="remoteNo" label={t('remoteNo')}>
                  <Input maxLength={64} />
                </Form.Item>
              </div>
            ),
          },
          {
            key: 'answer',
            label: t('partAnswer'),
            forceRender: true,
            children: (
              <div className="profile-form">
                <Form.Item className="wide" name="answerBody" label={t('answerBody')}>
                  <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={100_000} spellCheck={false} />
                </Form.Item>
                <Form.Item name="answerStatus" label={t('answerStatus')}>
                  <InputNumber min={100} max={599} precision={0} style={{ width: '100%' }} />
                </Form.Item>
                <Form.Item className="wide" name="answerHeaders" label={t('headers')}>
                  <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={4000} spellCheck={false} />
                </Form.Item>
              </div>
            ),
          },
          ...(draft?.hasCallback
            ? [
                {
                  key: 'callback',
                  label: t('partCallback'),
                  forceRender: true,
                  children: (
                    <div className="profile-form">
                      <Form.Item className="wide" name="callbackBody" label={t('callbackBody')}>
                        <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={65_536} spellCheck={false} />
                      </Form.Item>
                      <Form.Item className="wide" name="callbackQuery" label={t('callbackQuery')}>
                        <Input maxLength={4000} placeholder="?orderNo=…&sign=…" />
                      </Form.Item>
                      <Form.Item className="wide" name="callbackHeaders" label={t('headers')}>
                        <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={4000} spellCheck={false} />
                      </Form.Item>
                    </div>
                  ),
                },
              ]
            : []),
        ]}
      />
      <Button
        type="primary"
        htmlType="submit"
        block
        loading={run.running}
        disabled={hasFaults}
        style={{ margin: '8px 0 16px' }}
      >
        {t('run')}
      </Button>
      {hasFaults && <Alert type="warning" showIcon title={t('fixFirst')} />}
      {trial && !hasFaults && <TrialResult trial={trial} />}
    </Form>
  )
}

function bodyOf(source: string, values: Values): Body {
  const { account, ceilingYuan, answerBody, answerStatus, answerHeaders, at, ...rest } = values
  const { callbackBody, callbackQuery, callbackHeaders, no, remoteNo, remoteId, kind, quantity, ...call } = rest
  return {
    source,
    operation: call.operation,
    baseUrl: call.baseUrl,
    identity: call.identity ?? '',
    settings: filled(call.settings),
    secrets: filled(call.secrets),
    ...(at ? { at } : {}),
    sample: {
      no,
      remoteNo: remoteNo ?? '',
      remoteId: remoteId ?? '',
      kind,
      quantity,
      ceilingHao: Math.round(ceilingYuan * 10_000),
      fields: account ? { account } : {},
      callbackUrl: 'https://shop.example.com/api/supply/1/notify',
      buyerIp: '203.0.113.7',
    },
    ...(answerBody ? { answer: { status: answerStatus, headers: headersOf(answerHeaders), body: answerBody } } : {}),
    ...(callbackBody || callbackQuery
      ? {
          callback: {
            method: callbackBody ? ('POST' as const) : ('GET' as const),
            query: callbackQuery ?? '',
            headers: headersOf(callbackHeaders),
            body: callbackBody ?? '',
          },
        }
      : {}),
  }
}

const filled = (values: Readonly<Record<string, string | undefined>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value ? [[key, value]] : [])))

const headersOf = (text = ''): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(':')
      return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : []
    }),
  )
