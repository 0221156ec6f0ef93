import { PrinterOutlined, UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Modal, Space, Typography, Upload } from 'antd'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import { useText } from '../../shared/i18n/index.ts'
import './redeem.css'
import { redeemText } from './text.ts'

/** About forty sheets of paper. */
const CODES_MAX = 1_000
type Drawn = { readonly code: string; readonly svg: string }

/** QR codes of an exported file, drawn in this browser: the server keeps no codes that it could draw. */
export function PrintCodes({ title, onClose }: { readonly title: string; readonly onClose: () => void }) {
  const t = useText(redeemText)
  const [drawn, setDrawn] = useState<readonly Drawn[]>()
  const [isCut, setIsCut] = useState(false)
  const read = async (file: File) => {
    const { toString: draw } = await import('qrcode')
    const links = linksOf(await file.text())
    setIsCut(links.length > CODES_MAX)
    setDrawn(
      await Promise.all(
        links
          .slice(0, CODES_MAX)
          .map(async ({ code, link }) => ({ code, svg: await draw(link, { type: 'svg', margin: 1 }) })),
      ),
    )
  }
  return (
    <Modal open title={t('print')} onCancel={onClose} footer={null} width={560}>
      <Typography.Paragraph type="secondary">{t('printHint')}</Typography.Paragraph>
      <Space wrap>
        <Upload
          accept=".csv"
          showUploadList={false}
          beforeUpload={(file) => {
            void read(file)
            return false
          }}
        >
          <Button icon={<UploadOutlined />}>{t('choose')}</Button>
        </Upload>
        {drawn !== undefined && drawn.length > 0 && (
          <Button type="primary" icon={<PrinterOutlined />} onClick={() => print()}>
            {t('printNow', { count: drawn.length })}
          </Button>
        )}
      </Space>
      {drawn?.length === 0 && <Alert type="warning" showIcon title={t('noLinks')} style={{ marginTop: 12 }} />}
      {isCut && <Alert type="info" showIcon title={t('tooManyLinks', { most: CODES_MAX })} style={{ marginTop: 12 }} />}
      {drawn !== undefined && drawn.length > 0 && (
        <>
          <div className="qr-sheet qr-preview">
            <Sheet title={title} drawn={drawn.slice(0, 6)} />
          </div>
          {createPortal(
            <div className="qr-sheet qr-paper">
              <Sheet title={title} drawn={drawn} />
            </div>,
            document.body,
          )}
        </>
      )}
    </Modal>
  )
}

function Sheet({ title, drawn }: { readonly title: string; readonly drawn: readonly Drawn[] }) {
  return drawn.map(({ code, svg }) => (
    <figure key={code}>
      <img alt={code} src={`data:image/svg+xml;utf8,${encodeURIComponent(svg)}`} />
      <figcaption>
        <span>{title}</span>
        <code>{code}</code>
      </figcaption>
    </figure>
  ))
}

/** Lines of our own export: code, link. */
function linksOf(text: string): readonly { readonly code: string; readonly link: string }[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [code = '', link = ''] = line.split(',')
    return /^https?:\/\/\S+\/redeem#\S+$/.test(link) ? [{ code, link }] : []
  })
}
