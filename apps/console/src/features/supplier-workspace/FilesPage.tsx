import { Alert, App, Button, Modal } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import { type Output, problemOf, type Row, upload } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { FileDrop } from '../../shared/parts/FileDrop.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { FileReview } from './FileReview.tsx'
import { fileText } from './fileText.ts'
import { Report } from './Report.tsx'
import { REFRESH_AFTER } from './useAccept.tsx'
import './workspace.css'

type FileRow = Row<'workspace.listFiles'>
type Read = Output<'workspace.readFile'>
type T = Say<keyof typeof fileText.keys>
const FILE_BYTES_MAX = 8 * 1024 * 1024

/** Stock and price by file: sent, tried, taken, and undone. */
export function WorkspaceFilesPage() {
  const t = useText(fileText)
  const confirm = useConfirmDanger()
  const [read, setRead] = useState<Read>()
  const [looked, setLooked] = useState<FileRow>()
  const undo = useAction('workspace.undoFile', { refresh: REFRESH_AFTER, done: t('undone'), showProblem: false })
  const takeBack = (file: FileRow) =>
    confirm({
      title: t('undo'),
      object: file.name,
      consequence: t('undoText'),
      onConfirm: () => undo.run({ params: { supplyFileId: file.id }, body: {} }),
    })
  return (
    <>
      <ListPage
        id="workspaceFiles"
        title={t('title')}
        hint={t('hint')}
        route="workspace.listFiles"
        rowKey={(file) => file.id}
        columns={columnsOf(t)}
        summary={() => <Drop onRead={setRead} />}
        rowActions={(file) => (
          <>
            <Button type="link" onClick={() => setLooked(file)}>
              {t('lines')}
            </Button>
            {file.mayUndo && (
              <Button type="link" danger onClick={() => takeBack(file)}>
                {t('undo')}
              </Button>
            )}
          </>
        )}
        rowActionsWidth={140}
        empty={{ title: t('emptyTitle'), text: t('emptyText') }}
      />
      {read && <FileReview key={read.id} read={read} onClose={() => setRead(undefined)} />}
      {looked?.report && (
        <Modal open title={looked.name} footer={null} width={640} onCancel={() => setLooked(undefined)}>
          <Report report={looked.report} />
        </Modal>
      )}
    </>
  )
}

/** Takes one file by drop or click; the server reads it. */
function Drop({ onRead }: { readonly onRead: (read: Read) => void }) {
  const t = useText(fileText)
  const { message } = App.useApp()
  const [problem, setProblem] = useState<string>()
  const send = async (file: File) => {
    setProblem(undefined)
    if (file.size > FILE_BYTES_MAX) return void message.warning(t('tooBig'))
    try {
      const input = { query: { modifiedAt: new Date(file.lastModified).toISOString() } } as object
      onRead(await upload('workspace.readFile', input, file, { method: 'POST', fileName: file.name }))
    } catch (error) {
      setProblem(problemOf(error).message)
    }
  }
  return (
    <div className="workspace-drop">
      <FileDrop
        accept=".csv,.txt,.tsv,.xlsx"
        title={t('drop')}
        hint={t('dropHint')}
        onFile={(file) => void send(file)}
      />
      {problem !== undefined && <Alert type="error" showIcon title={problem} />}
    </div>
  )
}

function columnsOf(t: T): readonly ListColumn<FileRow>[] {
  return [
    {
      key: 'name',
      title: t('file'),
      width: 230,
      phone: 'title',
      render: (file) => <OneLine width={220}>{file.name}</OneLine>,
    },
    {
      key: 'state',
      title: t('state'),
      width: 100,
      phone: 'extra',
      render: (file) => <StateTag kind="supplyFile" state={file.state} />,
    },
    {
      key: 'report',
      title: t('outcome'),
      width: 260,
      render: ({ report }) =>
        report &&
        t('counts', {
          changed: formatCount(report.added + report.changed + report.held),
          same: formatCount(report.same),
          invalid: formatCount(report.invalid),
        }),
    },
    {
      key: 'by',
      title: t('by'),
      width: 140,
      render: ({ uploadedBy }) =>
        uploadedBy === 'folder' ? t('byFolder') : <OneLine width={130}>{uploadedBy}</OneLine>,
    },
    { key: 'at', title: t('at'), width: 170, render: (file) => <Time value={file.appliedAt} /> },
  ]
}
