import { Alert, App, Button, Drawer, Input, Select, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../../shared/api/hooks.ts'
import { problemOf, type Row, upload } from '../../../shared/api/index.ts'
import { formatCount } from '../../../shared/format.ts'
import { commonText } from '../../../shared/i18n/common.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../../shared/parts/danger.tsx'
import { InstantInput } from '../../../shared/parts/inputs.tsx'
import { ListPage } from '../../../shared/templates/ListPage.tsx'
import { CodesField, useCodes } from '../CodesField.tsx'
import { REFRESH_AFTER } from '../useAccept.tsx'
import { offerColumns } from './OfferedCodes.tsx'
import { inboxText } from './text.ts'
import '../workspace.css'
import { useQueryClient } from '@tanstack/react-query'

type Offer = Row<'workspace.listOfferedCodes'>
const PRODUCTS_SHOWN = 200

/** In a supplier's workspace: codes that nobody ordered, offered to the shop. */
export function OfferCodesPage() {
  const t = useText(inboxText)
  const confirm = useConfirmDanger()
  const [open, setOpen] = useState(false)
  const withdraw = useAction('workspace.withdrawCodes', {
    refresh: REFRESH_AFTER,
    done: t('withdrawn'),
    showProblem: false,
  })
  const takeBack = ({ id, product, pieces }: Offer) =>
    confirm({
      title: t('withdraw'),
      object: `${product} × ${formatCount(pieces)}`,
      consequence: t('withdrawText'),
      onConfirm: () => withdraw.run({ params: { offeredId: id }, body: {} }),
    })
  const button = (
    <Button type="primary" onClick={() => setOpen(true)}>
      {t('offer')}
    </Button>
  )
  return (
    <>
      <ListPage
        id="workspaceCodes"
        title={t('offerTitle')}
        hint={t('offerHint')}
        route="workspace.listOfferedCodes"
        rowKey={(offer) => offer.id}
        actions={button}
        filters={[{ kind: 'states', name: 'state', label: t('state'), of: 'offeredCodes' }]}
        columns={offerColumns(t)}
        rowActions={(offer) =>
          offer.state === 'offered' ? (
            <Button type="link" danger onClick={() => takeBack(offer)}>
              {t('withdraw')}
            </Button>
          ) : null
        }
        rowActionsWidth={90}
        empty={{ title: t('noOffers'), text: t('offerHint'), action: button }}
      />
      {open && <OfferDrawer onClose={() => setOpen(false)} />}
    </>
  )
}

function OfferDrawer({ onClose }: { readonly onClose: () => void }) {
  const t = useText(inboxText)
  const common = useText(commonText)
  const { message } = App.useApp()
  const queries = useQueryClient()
  const products = useRead('workspace.listProducts', {
    query: { pageSize: PRODUCTS_SHOWN, kind: 'card,link' } as never,
  })
  const [productId, setProductId] = useState<number>()
  const codes = useCodes()
  const [validTo, setValidTo] = useState<string | null>(null)
  const [note, setNote] = useState('')
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<string>()
  const send = async () => {
    if (productId === undefined) return setProblem(t('productNeeded'))
    if (codes.isEmpty) return setProblem(t('nothingGiven'))
    setSending(true)
    setProblem(undefined)
    try {
      const query = { productId, ...(validTo && { validTo }), ...(note.trim() !== '' && { note }) }
      await upload('workspace.offerCodes', { query } as object, codes.content, {
        method: 'POST',
        fileName: codes.fileName,
      })
      void message.success(t('sent'))
      void queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => String(first).startsWith('workspace.') })
      onClose()
    } catch (error) {
      setProblem(problemOf(error).message)
    } finally {
      setSending(false)
    }
  }
  return (
    <Drawer
      open
      size="min(520px, 100vw)"
      title={t('offer')}
      onClose={onClose}
      footer={
        <div className="workspace-foot">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="primary" loading={sending} onClick={() => void send()}>
            {t('send')}
          </Button>
        </div>
      }
    >
      <div className="stack">
        <Typography.Text type="secondary">{t('offerText')}</Typography.Text>
        <Select
          aria-label={t('product')}
          placeholder={t('product')}
          value={productId ?? null}
          onChange={(next: number) => setProductId(next)}
          loading={products.isFetching}
          style={{ width: '100%' }}
          options={(products.data?.items ?? []).map(({ id, name, remoteId }) => ({
            value: id,
            label: `${name} · ${remoteId}`,
          }))}
        />
        <CodesField codes={codes} />
        <div>
          <Typography.Text>{t('validTo')}</Typography.Text>
          <InstantInput value={validTo} onChange={(next) => setValidTo(next ?? null)} placeholder={t('validToHint')} />
        </div>
        <Input
          aria-label={t('note')}
          placeholder={t('note')}
          maxLength={200}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        {problem !== undefined && <Alert type="error" showIcon title={problem} />}
      </div>
    </Drawer>
  )
}
