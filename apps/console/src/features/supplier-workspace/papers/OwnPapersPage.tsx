import { Button } from 'antd'
import { useState } from 'react'
import { download } from '../../../shared/api/index.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { useNotice } from '../../../shared/parts/notice.tsx'
import { ListPage } from '../../../shared/templates/ListPage.tsx'
import { PaperDrawer, type Renewed } from './PaperDrawer.tsx'
import { paperColumns } from './parts.tsx'
import { paperText } from './text.ts'

/** In a supplier's workspace: its contracts and licences, and sending new ones. */
export function OwnPapersPage() {
  const t = useText(paperText)
  const notice = useNotice()
  const [sending, setSending] = useState<{ readonly renews?: Renewed }>()
  const button = (
    <Button type="primary" onClick={() => setSending({})}>
      {t('send')}
    </Button>
  )
  return (
    <>
      <ListPage
        id="ownPapers"
        title={t('ownTitle')}
        hint={t('ownHint')}
        route="workspace.listPapers"
        rowKey={(paper) => paper.id}
        actions={button}
        columns={paperColumns(t)}
        rowActions={(paper) => (
          <>
            <Button
              type="link"
              onClick={() => void download('workspace.exportPaper', { params: { paperId: paper.id } }).catch(notice)}
            >
              {t('download')}
            </Button>
            {paper.state === 'current' && (
              <Button type="link" onClick={() => setSending({ renews: paper })}>
                {t('renew')}
              </Button>
            )}
          </>
        )}
        rowActionsWidth={140}
        empty={{ title: t('empty'), text: t('ownHint'), action: button }}
      />
      {sending && <PaperDrawer renews={sending.renews} onClose={() => setSending(undefined)} />}
    </>
  )
}
