import { FileTextOutlined } from '@ant-design/icons'
import { App, Button, Input, Segmented, Typography } from 'antd'
import { useState } from 'react'
import { formatBytes, formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { FileDrop } from '../../shared/parts/FileDrop.tsx'
import type { ImportFile } from './runs.ts'
import { importText } from './text.ts'

const FILE_BYTES_MAX = 512 * 1024 * 1024

type Props = { readonly value?: ImportFile | null; readonly onChange?: (file: ImportFile | null) => void }

/** The codes themselves: a file, or text that was pasted. Nothing of it is read here; the server reads and encrypts. */
export function ContentField({ value = null, onChange }: Props) {
  const t = useText(importText)
  const [by, setBy] = useState<'file' | 'paste'>('file')
  const [pasted, setPasted] = useState('')
  const give = (text: string) => {
    setPasted(text)
    onChange?.(text.trim() === '' ? null : { content: new Blob([text], { type: 'text/plain' }), name: t('pastedName') })
  }
  const turn = (next: 'file' | 'paste') => {
    setBy(next)
    if (next === 'paste') give(pasted)
    else onChange?.(null)
  }
  return (
    <>
      <Segmented
        value={by}
        onChange={turn}
        options={[
          { value: 'file', label: t('byFile') },
          { value: 'paste', label: t('byPaste') },
        ]}
        style={{ marginBottom: 10 }}
      />
      {by === 'paste' ? (
        <Paste text={pasted} onChange={give} />
      ) : value ? (
        <Chosen file={value} onClear={() => onChange?.(null)} />
      ) : (
        <CodesDrop onFile={(file) => onChange?.(file)} />
      )}
    </>
  )
}

function Paste({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const t = useText(importText)
  const lines = text.split('\n').filter((line) => line.trim() !== '').length
  return (
    <>
      <Input.TextArea
        className="codes"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        placeholder={t('pasteHint')}
        autoSize={{ minRows: 6, maxRows: 16 }}
        spellCheck={false}
        autoComplete="off"
      />
      <Typography.Text type="secondary" className="num">
        {t('pastedLines', { count: formatCount(lines) })}
      </Typography.Text>
    </>
  )
}

function Chosen({ file, onClear }: { readonly file: ImportFile; readonly onClear: () => void }) {
  const t = useText(importText)
  return (
    <div className="chosen-file">
      <FileTextOutlined />
      <span className="chosen-name">
        <Typography.Text ellipsis={{ tooltip: file.name }}>{file.name}</Typography.Text>
        <Typography.Text type="secondary" className="num">
          {formatBytes(file.content.size)}
        </Typography.Text>
      </span>
      <Button onClick={onClear}>{t('changeFile')}</Button>
    </div>
  )
}

/** The file with the codes. */
export function CodesDrop({ onFile, title }: { readonly onFile: (file: ImportFile) => void; readonly title?: string }) {
  const t = useText(importText)
  const { message } = App.useApp()
  return (
    <FileDrop
      accept=".txt,.csv,.tsv,.xlsx,text/plain,text/csv"
      title={title ?? t('drop')}
      hint={t('dropHint')}
      onFile={(file) => {
        if (file.size > FILE_BYTES_MAX) void message.warning(t('tooBig'))
        else onFile({ content: file, name: file.name })
      }}
    />
  )
}
