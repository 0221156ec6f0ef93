import { Alert, Form, Input, InputNumber, Modal, Segmented } from 'antd'
import { useState } from 'react'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { memberText } from './text.ts'

type Member = Output<'members.getMember'>
type Values = { readonly how: 'credit' | 'debit'; readonly amount: number; readonly reason: string }
export type Means = 'balance' | 'points'
type Props = { readonly member: Member; readonly means: Means; readonly onClose: () => void }

const REFRESH = ['members.', 'ledger.'] as const
const POINTS_MAX = 100_000_000

/** Puts money or points on a member's account or takes them off: shows what will be left, and asks why. */
export function AdjustMeans({ member, means, onClose }: Props) {
  const t = useText(memberText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const adjust = useAdjust(member, means)
  const isMoney = means === 'balance'
  const shown = isMoney ? formatMoney : formatCount
  const now = isMoney ? member.balanceFen : member.points
  const how = Form.useWatch('how', form) ?? 'credit'
  const amount = Form.useWatch('amount', form) ?? 0
  const save = async (values: Values) => {
    await adjust(values.how === 'credit' ? values.amount : -values.amount, values.reason)
    onClose()
  }
  return (
    <Modal
      open
      title={t(isMoney ? 'adjust' : 'adjustPoints')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      okText={t(how === 'credit' ? 'confirmCredit' : 'confirmDebit', { amount: shown(amount) })}
      okButtonProps={{ danger: how === 'debit' }}
      confirmLoading={saving}
      width={440}
    >
      <dl className="facts">
        <dt>{t('member')}</dt>
        <dd>
          {member.name || t('noName')} {member.phoneMasked}
        </dd>
        <dt>{t(means)}</dt>
        <dd className="num">{shown(now)}</dd>
        <dt>{t('after')}</dt>
        <dd className="num">
          <b>{shown(now + (how === 'credit' ? amount : -amount))}</b>
        </dd>
      </dl>
      <Form form={form} layout="vertical" disabled={saving} initialValues={{ how: 'credit' }}>
        <Form.Item name="how" label={t('adjustHow')}>
          <Segmented
            options={[
              { value: 'credit', label: t('credit') },
              { value: 'debit', label: t('debit') },
            ]}
          />
        </Form.Item>
        <Form.Item
          name="amount"
          label={t(isMoney ? 'adjustAmount' : 'adjustCount')}
          dependencies={['how']}
          rules={[
            { required: true, type: 'number', min: 1, message: t(isMoney ? 'amountRequired' : 'countRequired') },
            {
              validator: (_, asked: number) =>
                how === 'credit' || asked <= now
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('tooMuch', { balance: shown(now) }))),
            },
          ]}
        >
          {isMoney ? (
            <MoneyInput max={1_000_000} autoFocus />
          ) : (
            <InputNumber min={1} max={POINTS_MAX} precision={0} autoFocus style={{ width: '100%' }} />
          )}
        </Form.Item>
        <Form.Item
          name="reason"
          label={common('reason')}
          extra={common('reasonHint')}
          rules={[{ required: true, whitespace: true, message: common('reasonRequired') }]}
        >
          <Input.TextArea maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Form>
      <Alert type="warning" title={t('adjustText')} />
    </Modal>
  )
}

/** One decision moves the means once, however often its button is pressed. */
function useAdjust({ id }: Member, means: Means): (amount: number, reason: string) => Promise<unknown> {
  const t = useText(memberText)
  const [key] = useState(newKey)
  const params = { id }
  const money = useAction('members.adjustBalance', { refresh: [...REFRESH], done: t('adjusted'), showProblem: false })
  const points = useAction('members.adjustPoints', {
    refresh: [...REFRESH],
    done: t('pointsAdjusted'),
    showProblem: false,
  })
  return (amount, reason) =>
    means === 'balance'
      ? money.run({ params, body: { amountFen: amount, reason } }, key)
      : points.run({ params, body: { points: amount, reason } }, key)
}
