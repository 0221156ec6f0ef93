import { EyeOutlined } from '@ant-design/icons'
import { type ButtonProps, Form, Input, Modal, Progress, Typography } from 'antd'
import { useEffect, useState } from 'react'
import { call } from '../api/index.ts'
import { commonText } from '../i18n/common.ts'
import { defineMessages, useText } from '../i18n/index.ts'
import { useSubmit } from '../templates/FormPage.tsx'
import { ActionButton } from './ActionButton.tsx'
import './reveal.css'

const text = defineMessages('reveal', {
  reveal: ['查看', 'Reveal'],
  title: ['查看卡密原文', 'Reveal a code'],
  warn: [
    '谁、何时、为什么查看，会先写入审计日志，然后才显示卡密。',
    'Who looked, when and why is written to the audit log before the code is shown.',
  ],
  show: ['记录并显示', 'Log it and show'],
  card: ['卡密 #{id} {masked}', 'Code #{id} {masked}'],
  one: ['卡密', 'Code'],
  number: ['卡号', 'Number'],
  secret: ['密码', 'Password'],
  part: ['第 {count} 段', 'Part {count}'],
  hides: ['{count} 秒后自动隐藏', 'Hidden again in {count} s'],
  copyAll: ['复制全部', 'Copy all'],
})

/** How long a code stays on the screen of somebody who walked away. */
const SHOWN_SECONDS = 60

type Card = { readonly id: number; readonly masked: string }

/** Shows one code in full, after asking why. The value is kept nowhere but on the screen. */
export function RevealButton({ card, ...button }: { readonly card: Card } & ButtonProps) {
  const t = useText(text)
  const [open, setOpen] = useState(false)
  return (
    <>
      <ActionButton
        type="link"
        icon={<EyeOutlined />}
        permission="cards.reveal"
        onClick={() => setOpen(true)}
        {...button}
      >
        {t('reveal')}
      </ActionButton>
      {open && <RevealDialog card={card} onClose={() => setOpen(false)} />}
    </>
  )
}

function RevealDialog({ card, onClose }: { readonly card: Card; readonly onClose: () => void }) {
  const t = useText(text)
  const common = useText(commonText)
  const [parts, setParts] = useState<readonly string[]>()
  const [form] = Form.useForm<{ reason: string }>()
  const { submit, saving } = useSubmit(form)
  const show = async ({ reason }: { reason: string }) => {
    const answer = await call('vault.revealCard', { params: { cardId: card.id }, body: { reason } })
    setParts(answer.parts)
  }
  const asking = parts === undefined
  return (
    <Modal
      open
      width={460}
      title={t('title')}
      onCancel={onClose}
      okText={asking ? t('show') : common('close')}
      onOk={() => (asking ? void submit(show) : onClose())}
      confirmLoading={saving}
      cancelButtonProps={{ hidden: !asking }}
    >
      <p className="num">{t('card', { id: card.id, masked: card.masked })}</p>
      {asking ? (
        <Form form={form} layout="vertical" disabled={saving}>
          <Form.Item
            name="reason"
            label={common('reason')}
            extra={t('warn')}
            rules={[{ required: true, whitespace: true, message: common('reasonRequired') }]}
          >
            <Input.TextArea autoFocus maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
          </Form.Item>
        </Form>
      ) : (
        <Shown parts={parts} onOver={onClose} />
      )}
    </Modal>
  )
}

function Shown({ parts, onOver }: { readonly parts: readonly string[]; readonly onOver: () => void }) {
  const t = useText(text)
  const left = useCountdown(SHOWN_SECONDS, onOver)
  const label = (at: number) =>
    parts.length === 1
      ? t('one')
      : parts.length === 2
        ? at === 0
          ? t('number')
          : t('secret')
        : t('part', { count: at + 1 })
  return (
    <>
      <dl className="revealed">
        {parts.map((part, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one code never move
          <div key={at}>
            <dt>{label(at)}</dt>
            <dd>
              <Typography.Text copyable={{ text: part }}>{part}</Typography.Text>
            </dd>
          </div>
        ))}
      </dl>
      <div className="revealed-foot">
        <Typography.Text type="secondary">{t('hides', { count: left })}</Typography.Text>
        {parts.length > 1 && <Typography.Text copyable={{ text: parts.join(' ') }}>{t('copyAll')}</Typography.Text>}
      </div>
      <Progress
        aria-label={t('hides', { count: left })}
        percent={(left / SHOWN_SECONDS) * 100}
        showInfo={false}
        size={['100%', 3]}
      />
    </>
  )
}

function useCountdown(seconds: number, onOver: () => void): number {
  const [left, setLeft] = useState(seconds)
  useEffect(() => {
    if (left <= 0) {
      onOver()
      return
    }
    const timer = setTimeout(() => setLeft(left - 1), 1_000)
    return () => clearTimeout(timer)
  }, [left, onOver])
  return left
}
