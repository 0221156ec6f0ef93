import { App, Button, Checkbox, Modal, Typography } from 'antd'
import { useState } from 'react'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useMe } from '../../shared/session.tsx'
import { accountText } from './text.ts'

type Props = { readonly codes: readonly string[] | undefined; readonly onClose: () => void }

/** Shown once; the dialog closes only for someone who says that the codes are kept. */
export function RecoveryCodes({ codes, onClose }: Props) {
  const t = useText(accountText)
  const [kept, setKept] = useState(false)
  const close = () => {
    setKept(false)
    onClose()
  }
  return (
    <Modal
      open={codes !== undefined}
      title={t('codesTitle')}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={440}
      footer={
        <Button type="primary" disabled={!kept} onClick={close}>
          {t('finish')}
        </Button>
      }
    >
      {codes && <CodeList codes={codes} />}
      <Checkbox checked={kept} onChange={(event) => setKept(event.target.checked)}>
        {t('codesKept')}
      </Checkbox>
    </Modal>
  )
}

export function CodeList({ codes }: { readonly codes: readonly string[] }) {
  const t = useText(accountText)
  const common = useText(commonText)
  const me = useMe()
  const { message } = App.useApp()
  const text = codes.join('\n')
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    void message.success(common('copied'))
  }
  const download = () => {
    const address = URL.createObjectURL(
      new Blob([`${me.tenant.name} ${me.email}\n\n${text}\n`], { type: 'text/plain' }),
    )
    Object.assign(document.createElement('a'), { href: address, download: 'recovery-codes.txt' }).click()
    URL.revokeObjectURL(address)
  }
  return (
    <>
      <Typography.Paragraph type="secondary">{t('codesText')}</Typography.Paragraph>
      <ol className="code-list num">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="bulk" style={{ display: 'flex', marginBlock: '12px 16px' }}>
        {/* Without a secure context the browser has no clipboard; the codes can be marked and the file still works. */}
        {navigator.clipboard && <Button onClick={() => void copy()}>{t('copyAll')}</Button>}
        <Button onClick={download}>{t('downloadTxt')}</Button>
      </div>
    </>
  )
}
