import { Alert, Button, Form, Input, Modal, Select, Skeleton, Timeline, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../../shared/api/hooks.ts'
import type { Output } from '../../../shared/api/index.ts'
import { formatTime } from '../../../shared/format.ts'
import { commonText } from '../../../shared/i18n/common.ts'
import { useBoth, useText } from '../../../shared/i18n/index.ts'
import { useMay } from '../../../shared/session.tsx'
import { REFRESH_AFTER } from '../refresh.ts'
import { accountText } from './text.ts'

type LineAccount = Output<'fulfilment.readAccount'>
type Field = LineAccount['formFields'][number]
type Values = { readonly form: Readonly<Record<string, string>>; readonly reason: string }
type Props = { readonly no: number; readonly lineNo: number }

/** The account of a top-up that a supplier refused: corrected in the buyer's place, with what it was before. */
export function CorrectAccount({ no, lineNo, isRefused }: Props & { readonly isRefused: boolean }) {
  const t = useText(accountText)
  const may = useMay()
  const [open, setOpen] = useState(false)
  const canCorrect = isRefused && may('orders.handle')
  return (
    <>
      <Button size="small" type={canCorrect ? 'primary' : 'link'} onClick={() => setOpen(true)}>
        {t(canCorrect ? 'correct' : 'history')}
      </Button>
      {open && <AccountModal no={no} lineNo={lineNo} canCorrect={canCorrect} onClose={() => setOpen(false)} />}
    </>
  )
}

function AccountModal({
  no,
  lineNo,
  canCorrect,
  onClose,
}: Props & { readonly canCorrect: boolean; readonly onClose: () => void }) {
  const t = useText(accountText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const params = { no, lineNo }
  const { data } = useRead('fulfilment.readAccount', { params })
  const correct = useAction('fulfilment.correctAccountByStaff', {
    refresh: REFRESH_AFTER,
    done: t('corrected'),
    onDone: onClose,
  })
  const isOpen = canCorrect && data?.trouble === null
  const send = async () => {
    const { form: answers, reason } = await form.validateFields()
    const changed = Object.entries(answers).filter(([key, value]) => (value ?? '').trim() !== (data?.form[key] ?? ''))
    if (changed.length === 0) return form.setFields([{ name: 'reason', errors: [t('same')] }])
    await correct.go({
      params,
      body: { form: Object.fromEntries(changed.map(([key, value]) => [key, (value ?? '').trim()])), reason },
    })
  }
  return (
    <Modal
      open
      title={t('title')}
      okText={t('send')}
      cancelText={common('close')}
      confirmLoading={correct.running}
      onCancel={onClose}
      onOk={() => void send().catch(() => undefined)}
      {...(isOpen ? {} : { footer: <Button onClick={onClose}>{common('close')}</Button> })}
    >
      {!data && <Skeleton active />}
      {data && isOpen && (
        <Form<Values> form={form} layout="vertical" initialValues={{ form: data.form, reason: '' }}>
          <Alert type="info" showIcon title={t('consequence')} style={{ marginBottom: 16 }} />
          {data.formFields.map((field) => (
            <AccountField key={field.key} field={field} />
          ))}
          <Form.Item
            name="reason"
            label={t('reason')}
            rules={[{ required: true, whitespace: true, message: t('reasonNeeded') }]}
          >
            <Input maxLength={200} placeholder={t('reasonHint')} />
          </Form.Item>
        </Form>
      )}
      {data && canCorrect && data.trouble && <Alert type="warning" showIcon title={data.trouble.message} />}
      {data && <History account={data} />}
    </Modal>
  )
}

/** A field of the goods' form, as staff fill it in. */
export function AccountField({ field }: { readonly field: Field }) {
  const t = useText(accountText)
  const both = useBoth()
  return (
    <Form.Item
      name={['form', field.key]}
      label={both(field.labelZh, field.labelEn)}
      rules={field.required ? [{ required: true, whitespace: true, message: t('needed') }] : []}
    >
      {field.type === 'select' ? (
        <Select
          options={(field.options ?? []).map(({ value, labelZh, labelEn }) => ({
            value,
            label: both(labelZh, labelEn),
          }))}
        />
      ) : (
        <Input maxLength={100} />
      )}
    </Form.Item>
  )
}

function History({ account }: { readonly account: LineAccount }) {
  const t = useText(accountText)
  const both = useBoth()
  const nameOf = (key: string): string => {
    const field = account.formFields.find((one) => one.key === key)
    return field ? both(field.labelZh, field.labelEn) : key
  }
  if (account.corrections.length === 0) return <Typography.Text type="secondary">{t('never')}</Typography.Text>
  return (
    <>
      <Typography.Title level={5}>{t('before')}</Typography.Title>
      <Timeline
        items={account.corrections.map(({ id, at, by, byName, before, after }) => ({
          key: id,
          content: (
            <>
              <Typography.Text type="secondary">
                {formatTime(at)} · {by === 'buyer' ? t('byBuyer') : byName}
              </Typography.Text>
              {Object.keys(after).map((key) => (
                <div key={key} className="num" style={{ overflowWrap: 'anywhere' }}>
                  {nameOf(key)}: <del>{before[key] || t('nothing')}</del> →{' '}
                  <strong>{after[key] || t('nothing')}</strong>
                </div>
              ))}
            </>
          ),
        }))}
      />
    </>
  )
}
