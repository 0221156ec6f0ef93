import { DownloadOutlined } from '@ant-design/icons'
import { Button, Segmented, Table } from 'antd'
import { useState } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import { download } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { StateDot } from '../../shared/parts/StateTag.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { importText } from './text.ts'

const PAGE_SIZE = 20

type Props = { readonly batchId: number; readonly counts: { readonly duplicates: number; readonly invalid: number } }

/** The lines that were not imported, by number and reason. It holds no codes. */
export function LineReport({ batchId, counts: { duplicates, invalid } }: Props) {
  const t = useText(importText)
  const common = useText(commonText)
  const notice = useNotice()
  const [outcome, setOutcome] = useState('')
  const [page, setPage] = useState(1)
  const [saving, setSaving] = useState(false)
  const query = { page, pageSize: PAGE_SIZE, outcome: outcome || undefined }
  const { data, isFetching } = useRead('vault.importReport', { params: { batchId }, query }, { keep: true })
  const save = () => {
    setSaving(true)
    download('vault.importReportFile', { params: { batchId } })
      .catch(notice)
      .finally(() => setSaving(false))
  }
  return (
    <Section
      title={t('report')}
      flush
      extra={
        <Button size="small" icon={<DownloadOutlined />} loading={saving} onClick={save}>
          {t('reportCsv')}
        </Button>
      }
    >
      <div style={{ padding: 12 }}>
        <Segmented
          value={outcome}
          onChange={(next) => {
            setOutcome(next)
            setPage(1)
          }}
          options={[
            { value: '', label: `${t('all')} ${formatCount(duplicates + invalid)}` },
            { value: 'duplicate', label: `${t('duplicates')} ${formatCount(duplicates)}` },
            { value: 'invalid', label: `${t('invalid')} ${formatCount(invalid)}` },
          ]}
        />
      </div>
      <Table
        size="small"
        rowKey="lineNo"
        loading={isFetching && !data}
        dataSource={[...(data?.items ?? [])]}
        columns={[
          {
            title: t('lineNo'),
            dataIndex: 'lineNo',
            width: 110,
            align: 'right',
            render: (lineNo: number) => <span className="num">{formatCount(lineNo)}</span>,
          },
          {
            title: t('outcome'),
            dataIndex: 'outcome',
            width: 110,
            render: (_, line) => <StateDot kind="importLine" state={line.outcome} />,
          },
          { title: t('why'), dataIndex: 'message' },
        ]}
        pagination={{
          current: page,
          pageSize: PAGE_SIZE,
          total: data?.total ?? 0,
          showSizeChanger: false,
          size: 'small',
          showTotal: (total) => common('total', { total: formatCount(total) }),
          onChange: setPage,
          style: { paddingInline: 12 },
        }}
      />
    </Section>
  )
}
