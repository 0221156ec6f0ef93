import { FileTextOutlined } from '@ant-design/icons'
import { Button, Input, Typography, Upload } from 'antd'
import { useState } from 'react'
import { formatBytes, formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { workspaceText } from './text.ts'
import './workspace.css'

/** Codes that a supplier's person pasted or chose as a file. */
export type Codes = ReturnType<typeof useCodes>

export function useCodes() {
  const [pasted, setPasted] = useState('')
  const [file, setFile] = useState<File>()
  const lines = pasted.split('\n').filter((line) => line.trim() !== '').length
  return {
    pasted,
    setPasted,
    file,
    setFile,
    lines,
    isEmpty: !file && lines === 0,
    content: file ?? new Blob([pasted], { type: 'text/plain' }),
    fileName: file?.name ?? 'codes.txt',
    clear: () => {
      setPasted('')
      setFile(undefined)
    },
  }
}

/** The server reads, checks and encrypts them; nothing of them is kept here. */
export function CodesField({ codes }: { readonly codes: Codes }) {
  const t = useText(workspaceText)
  const { file, setFile, pasted, setPasted, lines } = codes
  if (file) {
    return (
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
    )
  }
  return (
    <div>
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
    </div>
  )
}
