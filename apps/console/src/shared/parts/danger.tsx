import { ExclamationCircleFilled } from '@ant-design/icons'
import { Alert, Form, Input, Modal, Typography } from 'antd'
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'
import { useSubmit } from '../templates/FormPage.tsx'
import { Money } from './values.tsx'

type Values = Readonly<Record<string, unknown>>

export type Danger = {
  /** The deed as a command, e.g. 撤销批次. */
  readonly title: string
  /** What it is done to, by name and number; nothing where it is only being made. */
  readonly object?: ReactNode
  readonly amountFen?: number
  /** What follows from it, in a sentence. */
  readonly consequence?: string
  /** Asks why; the answer is handed to `onConfirm`. */
  readonly askReason?: boolean
  /** What the reason is called where it is none, and what is said when it is missing. */
  readonly reasonAs?: { readonly label: string; readonly missing: string }
  /** Where the reason goes, when that is not the audit log alone. */
  readonly reasonHint?: string
  /** More to fill in: Form.Items, whose values arrive beside the reason. */
  readonly extra?: ReactNode
  readonly initialValues?: Values
  readonly confirmText?: string
  /** False for deeds that can be undone: no sign of danger, no red button. */
  readonly danger?: boolean
  /** What it throws keeps the dialog open and is shown, at the fields it names or as a notice. */
  readonly onConfirm: (reason: string, values: Values) => Promise<unknown>
}

type Ask = (danger: Danger) => void
const AskContext = createContext<Ask>(() => undefined)

/** Asks before something that hurts: names the object and the amount, and asks for a reason where one is kept. */
export const useConfirmDanger = (): Ask => useContext(AskContext)

/** Holds the one dialog that `useConfirmDanger` opens. */
export function DangerDialog({ children }: { readonly children: ReactNode }) {
  // The last question stays drawn while the dialog closes.
  const [asked, setAsked] = useState<{ readonly danger: Danger; readonly number: number }>()
  const [open, setOpen] = useState(false)
  const ask = useCallback((danger: Danger) => {
    setAsked((before) => ({ danger, number: (before?.number ?? 0) + 1 }))
    setOpen(true)
  }, [])
  return (
    <AskContext value={ask}>
      {children}
      {asked && <Question key={asked.number} danger={asked.danger} open={open} onClose={() => setOpen(false)} />}
    </AskContext>
  )
}

function Question({
  danger,
  open,
  onClose,
}: {
  readonly danger: Danger
  readonly open: boolean
  readonly onClose: () => void
}) {
  const t = useText(commonText)
  const [form] = Form.useForm<Record<string, unknown>>()
  const { submit, saving } = useSubmit(form)
  const confirm = () =>
    void submit(async (values) => {
      await danger.onConfirm(String(values.reason ?? ''), values)
      onClose()
    })
  return (
    <Modal
      open={open}
      title={
        <>
          {danger.danger !== false && <ExclamationCircleFilled style={{ color: 'var(--warn)', marginInlineEnd: 8 }} />}
          {danger.title}
        </>
      }
      width={460}
      okText={danger.confirmText ?? danger.title}
      okButtonProps={{ danger: danger.danger !== false }}
      cancelText={t('cancel')}
      confirmLoading={saving}
      onOk={confirm}
      onCancel={onClose}
    >
      <Form form={form} layout="vertical" initialValues={{ ...danger.initialValues }} onFinish={confirm}>
        <dl className="facts">
          {danger.object && (
            <>
              <dt>{t('object')}</dt>
              <dd>
                <Typography.Text strong>{danger.object}</Typography.Text>
              </dd>
            </>
          )}
          {danger.amountFen !== undefined && (
            <>
              <dt>{t('amount')}</dt>
              <dd>
                <Money fen={danger.amountFen} strong />
              </dd>
            </>
          )}
        </dl>
        {danger.consequence && (
          <Alert
            type={danger.danger === false ? 'info' : 'warning'}
            title={danger.consequence}
            style={{ marginBlock: 12, padding: '6px 12px' }}
          />
        )}
        {danger.extra}
        {danger.askReason && (
          <Form.Item
            name="reason"
            label={danger.reasonAs?.label ?? t('reason')}
            extra={danger.reasonHint ?? t('reasonHint')}
            rules={[{ required: true, whitespace: true, message: danger.reasonAs?.missing ?? t('reasonRequired') }]}
            style={{ marginBottom: 8 }}
          >
            <Input.TextArea autoFocus maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
          </Form.Item>
        )}
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}
