import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, DatePicker, Drawer, Form, Input, Select, Switch, Typography, Upload } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { problemOf, upload } from '../../../shared/api/index.ts'
import { formatBytes } from '../../../shared/format.ts'
import { commonText } from '../../../shared/i18n/common.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { useSubmit } from '../../../shared/templates/FormPage.tsx'
import { paperText } from './text.ts'
import '../workspace.css'

export const KINDS = ['contract', 'licence', 'authorisation', 'certificate', 'other'] as const
const BYTES_MAX = 10 * 1024 * 1024

type Values = {
  readonly kind: (typeof KINDS)[number]
  readonly title: string
  readonly number?: string
  readonly validFrom?: string | null
  readonly validTo?: string | null
  readonly stopsBuying?: boolean
}
export type Renewed = {
  readonly id: number
  readonly kind: Values['kind']
  readonly title: string
  readonly stopsBuying?: boolean
}

/** Keeps a paper of a supplier, or sends one to the shop; with `renews`, the next version of that one. */
export function PaperDrawer({
  supplierId,
  renews,
  onClose,
}: {
  /** Absent: in the supplier's own workspace. */
  readonly supplierId?: number
  readonly renews?: Renewed | undefined
  readonly onClose: () => void
}) {
  const t = useText(paperText)
  const common = useText(commonText)
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const [file, setFile] = useState<File>()
  const [problem, setProblem] = useState<string>()
  const isOwn = supplierId === undefined
  const go = () =>
    void submit(async ({ kind, title, number, validFrom, validTo, stopsBuying }) => {
      if (!file) return setProblem(t('fileNeeded'))
      setProblem(undefined)
      const query = {
        kind,
        title,
        ...(number && { number }),
        ...(validFrom && { validFrom }),
        ...(validTo && { validTo }),
        ...(renews && { renews: renews.id }),
        // Said either way: left out, a next version does as the one before.
        ...(!isOwn && { stopsBuying: String(stopsBuying === true) }),
      }
      const options = { method: 'POST', fileName: file.name } as const
      try {
        if (isOwn) await upload('workspace.offerPaper', { query } as object, file, options)
        else await upload('suppliers.keepPaper', { params: { supplierId }, query } as object, file, options)
      } catch (error) {
        return setProblem(problemOf(error).message)
      }
      void message.success(t(isOwn ? 'sent' : 'kept'))
      void queries.invalidateQueries({
        predicate: ({ queryKey: [first] }) => /^(workspace|suppliers)\./.test(String(first)),
      })
      onClose()
    })
  return (
    <Drawer
      open
      size="min(480px, 100vw)"
      title={renews ? t('renewOf', { title: renews.title }) : t(isOwn ? 'send' : 'add')}
      onClose={onClose}
      footer={
        <div className="workspace-foot">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="primary" loading={saving} onClick={go}>
            {isOwn ? t('send') : common('save')}
          </Button>
        </div>
      }
    >
      <Form
        form={form}
        layout="vertical"
        autoComplete="off"
        onFinish={go}
        initialValues={renews ?? { kind: 'licence', stopsBuying: false }}
      >
        <div className="workspace-drop">
          <Upload
            accept=".pdf,.png,.jpg,.jpeg"
            showUploadList={false}
            beforeUpload={(chosen) => {
              if (chosen.size > BYTES_MAX) void message.warning(t('tooBig'))
              else {
                setFile(chosen)
                setProblem(undefined)
              }
              return false
            }}
          >
            <Button>{t('file')}</Button>
          </Upload>
          <Typography.Text type="secondary">
            {file ? `${file.name} · ${formatBytes(file.size)}` : t('fileHint')}
          </Typography.Text>
        </div>
        <Form.Item name="kind" label={t('kind')}>
          <Select options={KINDS.map((kind) => ({ value: kind, label: t(`kind_${kind}`) }))} />
        </Form.Item>
        <Form.Item
          name="title"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('required') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="number" label={t('number')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="validFrom" label={t('validFrom')}>
          <DayInput />
        </Form.Item>
        <Form.Item name="validTo" label={t('validTo')} extra={t('validToHint')}>
          <DayInput />
        </Form.Item>
        {!isOwn && (
          <Form.Item
            name="stopsBuying"
            label={t('stops')}
            extra={t(renews?.stopsBuying ? 'stopsKept' : 'stopsHint')}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
        )}
        {problem !== undefined && <Alert type="error" showIcon title={problem} />}
        <button type="submit" hidden />
      </Form>
    </Drawer>
  )
}

/** A day of the calendar, as `2026-11-23`. */
function DayInput({
  value,
  onChange,
  ...rest
}: {
  readonly id?: string
  readonly value?: string | null
  readonly onChange?: (day: string | null) => void
}) {
  return (
    <DatePicker
      {...rest}
      format="YYYY-MM-DD"
      style={{ width: '100%' }}
      value={value ? dayjs(value) : null}
      onChange={(day) => onChange?.(day ? day.format('YYYY-MM-DD') : null)}
    />
  )
}
