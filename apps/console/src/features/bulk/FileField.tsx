import { FileTextOutlined } from '@ant-design/icons'
import { App, Button, Input, Segmented, Typography } from 'antd'
import { useState } from 'react'
import { formatBytes, formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { FileDrop } from '../../shared/parts/FileDrop.tsx'
import { bulkText } from './text.ts'
import './bulk.css'

export type LinesFile = { readonly content: Blob; readonly name: string }
type Props = {
  readonly value?: LinesFile | null
  readonly onChange?: (file: LinesFile | null) => void
  /** Stands beside the choice of file or pasting. */
  readonly extra?: React.ReactNode
}

/** As the contract has it, whose schema library stays out of the page. */
const FILE_BYTES_MAX = 16 * 1024 * 1024

/** The lines: a file, or what was copied from a sheet. The server reads it. */
export function FileField({ value = null, onChange, extra }: Props) {
  const t = useText(bulkText)
  const [by, setBy] = useState<'file' | 'paste'>('file')
  const [pasted, setPasted] = useState('')
  const give = (text: string) => {
    setPasted(text)
    onChange?.(text.trim() === '' ? null : { content: new Blob([text], { type: 'text/plain' }), name: '' })
  }
  const turn = (next: 'file' | 'paste') => {
    setBy(next)
    if (next === 'paste') give(pasted)
    else onChange?.(null)
  }
  return (
    <>
      <div className="bulk-tools">
        <Segmented
          value={by}
          onChange={turn}
          options={[
            { value: 'file', label: t('byFile') },
            { value: 'paste', label: t('byPaste') },
          ]}
        />
        {extra}
      </div>
      {by === 'paste' ? (
        <Paste text={pasted} onChange={give} />
      ) : value ? (
        <div className="bulk-file">
          <FileTextOutlined />
          <span>
            <Typography.Text ellipsis={{ tooltip: value.name }}>{value.name}</Typography.Text>{' '}
            <Typography.Text type="secondary" className="num">
              {formatBytes(value.content.size)}
            </Typography.Text>
          </span>
          <Button onClick={() => onChange?.(null)}>{t('change')}</Button>
        </div>
      ) : (
        <Drop onFile={(file) => onChange?.(file)} />
      )}
    </>
  )
}

function Paste({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const t = useText(bulkText)
  const lines = text.split('\n').filter((line) => line.trim() !== '').length
  return (
    <>
      <Input.TextArea
        className="bulk-paste"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        placeholder={t('pasteHint')}
        aria-label={t('file')}
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

function Drop({ onFile }: { readonly onFile: (file: LinesFile) => void }) {
  const t = useText(bulkText)
  const { message } = App.useApp()
  return (
    <FileDrop
      accept=".txt,.csv,.tsv,.xlsx,text/plain,text/csv"
      title={t('drop')}
      hint={t('dropHint')}
      onFile={(file) => {
        if (file.size > FILE_BYTES_MAX) void message.warning(t('tooBig'))
        else onFile({ content: file, name: file.name })
      }}
    />
  )
}
