import { Button, Empty, Input, Modal, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { call, type Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { CardActions } from './CardActions.tsx'
import { CardUse } from './CardUse.tsx'
import { cardText } from './text.ts'

type Card = Row<'vault.listCards'>

/** Finds a code by its whole value, which goes to the server in a body and is kept nowhere. */
export function FindByValue({ onClose }: { readonly onClose: () => void }) {
  const t = useText(cardText)
  const notice = useNotice()
  const [value, setValue] = useState('')
  const [found, setFound] = useState<readonly Card[]>()
  const [finding, setFinding] = useState(false)
  const find = async () => {
    if (value.trim() === '') return
    setFinding(true)
    try {
      setFound((await call('vault.searchCard', { body: { value: value.trim() } })).items)
    } catch (error) {
      notice(error)
    } finally {
      setFinding(false)
    }
  }
  const put = (changed: Card) => setFound(found?.map((card) => (card.id === changed.id ? changed : card)))
  return (
    <Modal open title={t('byValue')} onCancel={onClose} footer={null} width={560}>
      <Typography.Paragraph type="secondary">{t('byValueHint')}</Typography.Paragraph>
      <Input.TextArea
        autoFocus
        aria-label={t('value')}
        placeholder={t('value')}
        value={value}
        maxLength={2_000}
        autoSize={{ minRows: 2, maxRows: 6 }}
        spellCheck={false}
        autoComplete="off"
        style={{ fontFamily: 'ui-monospace, SFMono-Regular, Menlo, monospace' }}
        onChange={(event) => {
          setValue(event.target.value)
          setFound(undefined)
        }}
        onPressEnter={(event) => {
          event.preventDefault()
          void find()
        }}
      />
      <Button
        type="primary"
        loading={finding}
        disabled={value.trim() === ''}
        onClick={() => void find()}
        style={{ marginBlock: 12 }}
      >
        {t('find')}
      </Button>
      {found?.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('byValueNone')} />}
      {found?.map((card) => (
        <div key={card.id} className="line-item">
          <div className="line-main">
            <div>
              <code>{card.masked}</code> <StateTag kind="card" state={card.state} />{' '}
              {card.use && <CardUse card={card} />}
            </div>
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              {card.goodsTitle} / {card.skuTitle} ·{' '}
              <Link to={`/batches/${card.batchId}`}>{t('causeBatch', { id: card.batchId })}</Link>
              {card.orderNo !== null && (
                <>
                  {' '}
                  · <Link to={`/orders/${card.orderNo}`}>{t('causeOrder', { no: card.orderNo })}</Link>
                </>
              )}
            </Typography.Text>
          </div>
          <span className="row-actions">
            {/* What is done with one use may be done with the others. */}
            <CardActions card={card} onChanged={card.use ? () => void find() : put} />
          </span>
        </div>
      ))}
    </Modal>
  )
}
