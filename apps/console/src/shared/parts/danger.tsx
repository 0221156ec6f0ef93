import { ExclamationCircleFilled } from '@ant-design/icons'
import { Alert, App, Form, type FormInstance, Input, Typography } from 'antd'
import { type ReactNode, useCallback } from 'react'
import { commonText } from '../i18n/common.ts'
import { say } from '../i18n/index.ts'
import { Money } from './values.tsx'

type Danger = {
  /** The deed as a question or command, e.g. 撤销批次. */
  readonly title: string
  /** What it is done to, by name and number. */
  readonly object: ReactNode
  readonly amountFen?: number
  /** What follows from it, in a sentence. */
  readonly consequence?: string
  /** Asks why; the answer is handed to `onConfirm`. */
  readonly askReason?: boolean
  /** More to fill in; `extra` renders Form.Items, whose values arrive beside the reason. */
  readonly extra?: ReactNode
  readonly initialValues?: Readonly<Record<string, unknown>>
  readonly confirmText?: string
  /** False for deeds that can be undone. */
  readonly danger?: boolean
  /** A rejected promise keeps the dialog open. */
  readonly onConfirm: (reason: string, values: Readonly<Record<string, unknown>>) => Promise<unknown>
}

/** Asks before something that hurts: names the object and the amount, and asks for a reason where one is kept. */
export function useConfirmDanger(): (danger: Danger) => void {
  const { modal } = App.useApp()
  return useCallback(
    (danger) => {
      let form: FormInstance | undefined
      modal.confirm({
        title: danger.title,
        icon: <ExclamationCircleFilled />,
        width: 460,
        autoFocusButton: null,
        content: (
          <DangerForm
            danger={danger}
            onForm={(ready) => {
              form = ready
            }}
          />
        ),
        okText: danger.confirmText ?? danger.title,
        okButtonProps: { danger: danger.danger !== false },
        cancelText: say(commonText, 'cancel'),
        onOk: async () => {
          const values = (await form?.validateFields()) ?? {}
          await danger.onConfirm(String(values['reason'] ?? ''), values)
        },
      })
    },
    [modal],
  )
}

function DangerForm({ danger, onForm }: { readonly danger: Danger; readonly onForm: (form: FormInstance) => void }) {
  const [form] = Form.useForm()
  onForm(form)
  return (
    <Form form={form} layout="vertical" initialValues={{ ...danger.initialValues }} style={{ marginTop: 12 }}>
      <dl className="facts">
        <dt>{say(commonText, 'object')}</dt>
        <dd>
          <Typography.Text strong>{danger.object}</Typography.Text>
        </dd>
        {danger.amountFen !== undefined && (
          <>
            <dt>{say(commonText, 'amount')}</dt>
            <dd>
              <Money fen={danger.amountFen} strong />
            </dd>
          </>
        )}
      </dl>
      {danger.consequence && (
        <Alert type="warning" title={danger.consequence} style={{ marginBlock: 12, padding: '6px 12px' }} />
      )}
      {danger.extra}
      {danger.askReason && (
        <Form.Item
          name="reason"
          label={say(commonText, 'reason')}
          extra={say(commonText, 'reasonHint')}
          rules={[{ required: true, whitespace: true, message: say(commonText, 'reasonRequired') }]}
          style={{ marginBottom: 8 }}
        >
          <Input.TextArea autoFocus maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      )}
    </Form>
  )
}
