import { Alert, Form, Input, Modal, Segmented } from 'antd'
import { useState } from 'react'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Money } from '../../shared/parts/values.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { memberText } from './text.ts'

type Member = Output<'members.getMember'>
type Values = { readonly how: 'credit' | 'debit'; readonly amountFen: number; readonly reason: string }

/** Puts money on a balance or takes it off: shows what will be left, and asks why. */
export function AdjustBalance({ member, onClose }: { readonly member: Member; readonly onClose: () => void }) {
  const t = useText(memberText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  // One decision moves the money once, however often its button is pressed.
  const [key] = useState(newKey)
  const adjust = useAction('members.adjustBalance', {
    refresh: ['members.', 'ledger.'],
    done: t('adjusted'),
    showProblem: false,
  })
  const how = Form.useWatch('how', form) ?? 'credit'
  const amountFen = Form.useWatch('amountFen', form) ?? 0
  const after = member.balanceFen + (how === 'credit' ? amountFen : -amountFen)
  const save = async ({ how: direction, amountFen: amount, reason }: Values) => {
    await adjust.run(
      { params: { id: member.id }, body: { amountFen: direction === 'credit' ? amount : -amount, reason } },
      key,
    )
    onClose()
  }
  return (
    <Modal
      open
      title={t('adjust')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      okText={t(how === 'credit' ? 'confirmCredit' : 'confirmDebit', { amount: formatMoney(amountFen) })}
      okButtonProps={{ danger: how === 'debit' }}
      confirmLoading={saving}
      width={440}
    >
      <dl className="facts">
        <dt>{t('member')}</dt>
        <dd>
          {member.name || t('noName')} {member.phoneMasked}
        </dd>
        <dt>{t('balance')}</dt>
        <dd>
          <Money fen={member.balanceFen} />
        </dd>
        <dt>{t('after')}</dt>
        <dd>
          <Money fen={after} strong />
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
          name="amountFen"
          label={t('adjustAmount')}
          dependencies={['how']}
          rules={[
            { required: true, type: 'number', min: 1, message: t('amountRequired') },
            {
              validator: (_, fen: number) =>
                mayTake(how, fen, member.balanceFen) ||
                Promise.reject(t('tooMuch', { balance: formatMoney(member.balanceFen) })),
            },
          ]}
        >
          <MoneyInput max={1_000_000} autoFocus />
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

const mayTake = (how: Values['how'], fen: number, balanceFen: number): Promise<void> | false =>
  how === 'credit' || fen <= balanceFen ? Promise.resolve() : false
