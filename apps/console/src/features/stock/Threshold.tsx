import { EditOutlined } from '@ant-design/icons'
import { Button, InputNumber, Tooltip, Typography } from 'antd'
import { useRef, useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useMay } from '../../shared/session.tsx'
import { stockText } from './text.ts'

type Stock = Row<'stock.list'>

/** The number below which stock is low, changed where it stands: Enter or leaving saves, Escape does not. */
export function Threshold({ stock }: { readonly stock: Stock }) {
  const t = useText(stockText)
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const value =
    stock.lowStockAt === null ? (
      <Typography.Text type="secondary">{t('thresholdNone')}</Typography.Text>
    ) : (
      <span className="num">{formatCount(stock.lowStockAt)}</span>
    )
  if (!may('goods.write')) return value
  if (editing) return <Editor stock={stock} onClose={() => setEditing(false)} />
  return (
    <Tooltip title={t('thresholdHint')}>
      <Button type="text" size="small" icon={<EditOutlined />} iconPlacement="end" onClick={() => setEditing(true)}>
        {value}
      </Button>
    </Tooltip>
  )
}

function Editor({ stock, onClose }: { readonly stock: Stock; readonly onClose: () => void }) {
  const t = useText(stockText)
  const [lowStockAt, setValue] = useState(stock.lowStockAt)
  const closing = useRef(false)
  const save = useAction('stock.setThreshold', {
    refresh: ['stock.', 'catalog.', 'orders.board'],
    done: t('thresholdSaved'),
  })
  const finish = async (keep: boolean) => {
    // Enter takes the focus away, which would save once more.
    if (closing.current) return
    closing.current = true
    if (keep && lowStockAt !== stock.lowStockAt) await save.go({ params: { skuId: stock.skuId }, body: { lowStockAt } })
    onClose()
  }
  return (
    <InputNumber<number>
      autoFocus
      size="small"
      min={0}
      max={1_000_000}
      precision={0}
      value={lowStockAt}
      disabled={save.running}
      aria-label={t('threshold')}
      style={{ width: 96 }}
      onChange={setValue}
      onPressEnter={() => void finish(true)}
      onBlur={() => void finish(true)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') void finish(false)
      }}
    />
  )
}
