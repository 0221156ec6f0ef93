import { FileTextOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Checkbox, Input, Typography, Upload } from 'antd'
import { useState } from 'react'
import { problemOf, upload } from '../../shared/api/index.ts'
import { formatBytes, formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import type { Task } from './TaskPage.tsx'
import { workspaceText } from './text.ts'

/** The codes of one task, pasted or as a file. The server reads, checks and encrypts them; nothing of them is kept here. */
export function DeliverCodes({ task }: { readonly task: Task }) {
  const t = useText(workspaceText)
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [pasted, setPasted] = useState('')
  const [file, setFile] = useState<File>()
  const [partial, setPartial] = useState(false)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<string>()
  const lines = pasted.split('\n').filter((line) => line.trim() !== '').length
  const send = async () => {
    if (!file && lines === 0) return setProblem(t('nothingGiven'))
    setSending(true)
    setProblem(undefined)
    try {
      const input = { params: { workTaskId: task.id }, ...(partial && { query: { partial: 'true' } }) }
      const content = file ?? new Blob([pasted], { type: 'text/plain' })
      await upload('workspace.deliverCodes', input, content, {
        method: 'POST',
        fileName: file?.name ?? 'codes.txt',
      })
      setPasted('')
      setFile(undefined)
      void message.success(t('deliveredDone'))
    } catch (error) {
      setProblem(problemOf(error).message)
    } finally {
      setSending(false)
      void queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => String(first).startsWith('workspace.') })
    }
  }
  return (
    <Section title={t('deliver')}>
      <Typography.Paragraph type="secondary">
        {t('deliverText', { count: formatCount(task.quantity) })}
      </Typography.Paragraph>
      {file ? (
        <div className="workspace-file">
          <FileTextOutlined />
          <Typography.Text ellipsis={{ tooltip: file.name }}>{file.name}</Typography.Text>
          <Typography.Text type="secondary" className="num">
            {formatBytes(file.size)}
          </Typography.Text>
          <Button size="small" onClick={() => setFile(undefined)}>
            {t('clearFile')}
          </Button>
        </div>
      ) : (
        <>
          <Input.TextArea
            className="codes"
            value={pasted}
            onChange={(event) => setPasted(event.target.value)}
            placeholder={t('pasteHint')}
            aria-label={t('paste')}
            autoSize={{ minRows: 4, maxRows: 14 }}
            spellCheck={false}
            autoComplete="off"
          />
          <div className="workspace-under">
            <Typography.Text type="secondary" className="num">
              {t('given', { count: formatCount(lines) })}
            </Typography.Text>
            <Upload
              accept=".txt,.csv,.tsv,.xlsx,text/plain,text/csv"
              showUploadList={false}
              beforeUpload={(chosen) => {
                setFile(chosen)
                return false
              }}
            >
              <Button type="link" size="small">
                {t('orFile')}
              </Button>
            </Upload>
          </div>
        </>
      )}
      {problem !== undefined && <Alert type="error" showIcon title={problem} style={{ marginTop: 12 }} />}
      <div className="workspace-send">
        {task.quantity > 1 && (
          <Checkbox checked={partial} onChange={(event) => setPartial(event.target.checked)}>
            {t('partial')}
          </Checkbox>
        )}
        <Button type="primary" loading={sending} onClick={() => void send()}>
          {t('deliver')}
        </Button>
      </div>
    </Section>
  )
}
