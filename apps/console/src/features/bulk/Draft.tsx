import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Space } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { download, type Output, upload } from '../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { useList, useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { Money } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { TemplateButton } from './BulkNewPage.tsx'
import { FileField, type LinesFile } from './FileField.tsx'
import { bulkText } from './text.ts'

type Bulk = Output<'bulk.get'>

/** What was read of the file, before anything is ordered: good and bad lines, what it costs, and what may go wrong. */
export function Draft({ bulk }: { readonly bulk: Bulk }) {
  const t = useText(bulkText)
  const list = useList()
  const may = useMay()
  const notice = useNotice()
  const [again, setAgain] = useState(bulk.lines === 0)
  const { counts, money, purseFreeFen } = bulk
  const missing = purseFreeFen === null ? 0 : money.totalFen - purseFreeFen
  const report = () =>
    download('bulk.exportResult', { params: { bulkId: bulk.id }, query: { format: 'xlsx' } }).catch((error: unknown) =>
      notice(error),
    )
  return (
    <>
      {missing > 0 && <Alert type="error" showIcon title={t('purseShort', { missing: formatMoney(missing) })} />}
      {bulk.skus.some(({ enough }) => enough === 'no') && <Alert type="warning" showIcon title={t('stockShort')} />}
      {bulk.sameFileAs !== null && (
        <Alert
          type="warning"
          showIcon
          title={<Link to={`/bulk/${bulk.sameFileAs}`}>{t('sameFile', { id: bulk.sameFileAs })}</Link>}
        />
      )}
      {bulk.ignoredColumns.length > 0 && (
        <Alert type="info" showIcon title={t('ignored', { columns: list(bulk.ignoredColumns) })} />
      )}
      <Section
        title={t('draftTitle')}
        extra={
          <Space wrap>
            {bulk.lines > 0 && <Button onClick={() => void report()}>{t('reportFile')}</Button>}
            {may('bulk.manage') && !again && <Button onClick={() => setAgain(true)}>{t('uploadAgain')}</Button>}
          </Space>
        }
      >
        <Facts
          items={[
            [t('good'), formatCount(counts.waiting)],
            [t('invalid'), formatCount(counts.invalid)],
            [t('pieces'), formatCount(bulk.pieces)],
            [t('total'), <Money key="total" fen={money.totalFen} strong />],
            purseFreeFen !== null && [t('purseFree'), <Money key="free" fen={purseFreeFen} />],
          ]}
        />
        {again && may('bulk.manage') && <UploadAgain bulk={bulk} onDone={() => setAgain(false)} />}
      </Section>
    </>
  )
}

/** The corrected file takes the place of the one that was read. */
function UploadAgain({ bulk, onDone }: { readonly bulk: Bulk; readonly onDone: () => void }) {
  const t = useText(bulkText)
  const notice = useNotice()
  const queries = useQueryClient()
  const [file, setFile] = useState<LinesFile | null>(null)
  const [sending, setSending] = useState(false)
  const send = async () => {
    if (!file) return
    setSending(true)
    try {
      await upload('bulk.upload', { params: { bulkId: bulk.id } }, file.content, { method: 'PUT', fileName: file.name })
      await queries.invalidateQueries({ predicate: ({ queryKey: [id] }) => String(id).startsWith('bulk.') })
      onDone()
    } catch (error) {
      notice(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <div style={{ marginTop: 16 }}>
      <FileField value={file} onChange={setFile} extra={<TemplateButton skuId={bulk.skuId} />} />
      <Button type="primary" disabled={!file} loading={sending} onClick={() => void send()} style={{ marginTop: 12 }}>
        {t('check')}
      </Button>
    </div>
  )
}
