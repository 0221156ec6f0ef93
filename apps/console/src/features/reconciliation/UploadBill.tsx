import { UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Modal, Progress, Typography } from 'antd'
import { useState } from 'react'
import { type Problem, problemOf, upload } from '../../shared/api/index.ts'
import { formatBytes } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { FileDrop } from '../../shared/parts/FileDrop.tsx'
import { reconciliationText, useSourceText } from './text.ts'

const FILE_BYTES_MAX = 1024 * 1024 * 1024

type Params = { readonly gateway: string; readonly day: string }

/** Takes a bill by drop or click, says how far it is, and what is wrong with it by its line. */
export function UploadBill({ params, disabled }: { readonly params: Params; readonly disabled: boolean }) {
  const t = useSourceText(params.gateway)
  const [open, setOpen] = useState(false)
  const [isSending, setSending] = useState(false)
  return (
    <>
      <ActionButton
        permission="finance.reconcile"
        icon={<UploadOutlined />}
        disabled={disabled}
        onClick={() => setOpen(true)}
      >
        {t('upload')}
      </ActionButton>
      <Modal
        open={open}
        title={t('upload')}
        footer={null}
        onCancel={() => setOpen(false)}
        closable={!isSending}
        mask={{ closable: false }}
        keyboard={!isSending}
        destroyOnHidden
      >
        <Sender params={params} onSending={setSending} onDone={() => setOpen(false)} />
      </Modal>
    </>
  )
}

type SenderProps = {
  readonly params: Params
  readonly onSending: (isSending: boolean) => void
  readonly onDone: () => void
}

function Sender({ params, onSending, onDone }: SenderProps) {
  const t = useSourceText(params.gateway)
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [sent, setSent] = useState<{ readonly file: File; readonly percent: number }>()
  const [problem, setProblem] = useState<Problem>()

  const send = async (file: File) => {
    if (file.size > FILE_BYTES_MAX) return void message.warning(t('tooBig'))
    setProblem(undefined)
    setSent({ file, percent: 0 })
    onSending(true)
    try {
      await upload('reconciliation.upload', { params }, file, {
        method: 'PUT',
        fileName: file.name,
        onProgress: (bytes) => setSent({ file, percent: Math.floor((100 * bytes) / Math.max(1, file.size)) }),
      })
      void message.success(t('uploaded'))
      onDone()
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setSent(undefined)
      onSending(false)
      void queries.invalidateQueries({ predicate: ({ queryKey: [id] }) => String(id).startsWith('reconciliation.') })
    }
  }
  if (sent) return <Sending file={sent.file} percent={sent.percent} />
  return (
    <div className="stack">
      <Typography.Text type="secondary">{t('uploadText')}</Typography.Text>
      {problem && <Alert type="error" showIcon title={problem.message} />}
      <FileDrop
        accept=".csv,.txt,.xlsx,.zip,.gz,.jsonl"
        title={t('drop')}
        hint={t('dropHint')}
        onFile={(file) => void send(file)}
      />
    </div>
  )
}

function Sending({ file, percent }: { readonly file: File; readonly percent: number }) {
  const t = useText(reconciliationText)
  return (
    <div role="status">
      <Typography.Text ellipsis={{ tooltip: file.name }}>{file.name}</Typography.Text>{' '}
      <Typography.Text type="secondary" className="num">
        {formatBytes(file.size)}
      </Typography.Text>
      <Progress aria-label={file.name} percent={percent} status="active" />
      <Typography.Text type="secondary">{percent < 100 ? t('sending', { percent }) : t('reading')}</Typography.Text>
    </div>
  )
}
