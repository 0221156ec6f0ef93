import { Alert, Button, Form, Input, Modal, Skeleton, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../../shared/api/hooks.ts'
import type { Output } from '../../../shared/api/index.ts'
import { formatTime } from '../../../shared/format.ts'
import { commonText } from '../../../shared/i18n/common.ts'
import { type Say, useText } from '../../../shared/i18n/index.ts'
import { useMay } from '../../../shared/session.tsx'
import { REFRESH_AFTER } from '../refresh.ts'
import { AccountField } from './CorrectAccount.tsx'
import { accountText } from './text.ts'

type Activation = NonNullable<Output<'orders.detail'>['lines'][number]['activation']>
type Values = { readonly form: Readonly<Record<string, string>>; readonly reason?: string }
type Props = { readonly no: number; readonly lineNo: number }

/** A top-up that was bought to be activated later: how it stands, and the way to do it in the buyer's place. */
export function ActivationFacts({ no, lineNo, activation }: Props & { readonly activation: Activation }) {
  const t = useText(accountText)
  const may = useMay()
  const [open, setOpen] = useState(false)
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 8, marginBlock: 4 }}>
      <Typography.Text type="secondary">{wordsOf(activation, t)}</Typography.Text>
      {activation.state === 'open' && may('orders.handle') && (
        <Button size="small" onClick={() => setOpen(true)}>
          {t('activate')}
        </Button>
      )}
      {open && <ActivateModal no={no} lineNo={lineNo} onClose={() => setOpen(false)} />}
    </div>
  )
}

function wordsOf({ state, endsAt, closedAt, by, byName }: Activation, t: Say<keyof typeof accountText.keys>): string {
  const time = formatTime(state === 'open' || state === 'lapsed' ? endsAt : (closedAt ?? endsAt))
  switch (state) {
    case 'open':
      return t('openUntil', { time })
    case 'activated':
      return t('activatedAt', { time, who: by === 'buyer' ? t('byBuyer') : byName })
    case 'lapsed':
      return t('lapsedAt', { time })
    case 'cancelled':
      return t('cancelledAt', { time })
  }
}

function ActivateModal({ no, lineNo, onClose }: Props & { readonly onClose: () => void }) {
  const t = useText(accountText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const params = { no, lineNo }
  const { data } = useRead('fulfilment.readActivationOfLine', { params })
  const activate = useAction('fulfilment.activateByStaff', {
    refresh: REFRESH_AFTER,
    done: t('activatedNow'),
    onDone: onClose,
  })
  const isOpen = data?.trouble === null
  const send = async () => {
    const { form: answers = {}, reason } = await form.validateFields()
    const given = Object.entries(answers).flatMap(([key, value]) => (value?.trim() ? [[key, value.trim()]] : []))
    await activate.go({ params, body: { form: Object.fromEntries(given), ...(reason?.trim() && { reason }) } })
  }
  return (
    <Modal
      open
      title={t('activateTitle')}
      okText={t('activateSend')}
      cancelText={common('close')}
      confirmLoading={activate.running}
      onCancel={onClose}
      onOk={() => void send().catch(() => undefined)}
      {...(isOpen ? {} : { footer: <Button onClick={onClose}>{common('close')}</Button> })}
    >
      {!data && <Skeleton active />}
      {data?.trouble && <Alert type="warning" showIcon title={data.trouble.message} />}
      {data && isOpen && (
        <Form<Values> form={form} layout="vertical">
          <Alert type="info" showIcon title={t('activateConsequence')} style={{ marginBottom: 16 }} />
          {data.formFields.map((field) => (
            <AccountField key={field.key} field={field} />
          ))}
          {data.isDisputed && (
            <>
              <Alert type="warning" showIcon title={t('activateDisputed')} style={{ marginBottom: 16 }} />
              <Form.Item
                name="reason"
                label={t('activateReason')}
                rules={[{ required: true, whitespace: true, message: t('activateReasonNeeded') }]}
              >
                <Input.TextArea maxLength={200} autoSize={{ minRows: 2 }} />
              </Form.Item>
            </>
          )}
        </Form>
      )}
    </Modal>
  )
}
