import { EnterOutlined, SearchOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Input, type InputRef, Modal, Spin, Typography } from 'antd'
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { call } from '../shared/api/index.ts'
import { formatMoney } from '../shared/format.ts'
import { type Say, useText } from '../shared/i18n/index.ts'
import { StateTag } from '../shared/parts/StateTag.tsx'
import { type Me, useMay, useMe } from '../shared/session.tsx'
import { ALL_SCREENS } from './routes.tsx'
import { type AppTextKey, appText } from './text.ts'

type Hit = {
  readonly to: string
  readonly group: string
  readonly title: string
  readonly note?: ReactNode
  readonly icon?: ReactNode
}

/** Ctrl/⌘ K from anywhere: an order by its number, contact or trade number, goods, or a page. */
export function QuickSearch({ open, onOpen }: { readonly open: boolean; readonly onOpen: (open: boolean) => void }) {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      onOpen(true)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onOpen])
  return (
    <Modal
      open={open}
      onCancel={() => onOpen(false)}
      footer={null}
      closable={false}
      width={600}
      style={{ top: 72 }}
      styles={{ container: { padding: 0, overflow: 'hidden' } }}
      destroyOnHidden
    >
      <Palette onClose={() => onOpen(false)} />
    </Modal>
  )
}

function Palette({ onClose }: { readonly onClose: () => void }) {
  const t = useText(appText)
  const me = useMe()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const input = useRef<InputRef>(null)
  const navigate = useNavigate()
  const wanted = useDeferredValue(text.trim())
  const { found, searching } = useRecords(wanted, t)
  const hits = [...found, ...pages(wanted, me, t)]
  const current = Math.min(at, hits.length - 1)
  useEffect(() => input.current?.focus(), [])

  const go = (hit: Hit | undefined) => {
    if (!hit) return
    onClose()
    void navigate(hit.to)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends the writing of a Chinese word; that is not a choice.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') setAt(Math.min(current + 1, hits.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(current - 1, 0))
    else if (event.key === 'Enter') go(hits[current])
    else return
    event.preventDefault()
  }
  return (
    <div className="palette">
      <Input
        ref={input}
        size="large"
        variant="borderless"
        prefix={<SearchOutlined />}
        suffix={searching ? <Spin size="small" /> : <span />}
        placeholder={t('quickHint')}
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div className="palette-hits" role="listbox">
        {hits.map((hit, index) => (
          <div key={hit.to + hit.title}>
            {hit.group !== hits[index - 1]?.group && <div className="palette-group">{hit.group}</div>}
            <button
              type="button"
              role="option"
              aria-selected={index === current}
              className="palette-hit"
              onMouseMove={() => setAt(index)}
              onClick={() => go(hit)}
            >
              {hit.icon}
              <span className="palette-title">{hit.title}</span>
              {hit.note}
              {index === current && <EnterOutlined className="palette-enter" />}
            </button>
          </div>
        ))}
        {hits.length === 0 && !searching && (
          <div className="palette-nothing">{t('quickNothing', { text: wanted })}</div>
        )}
      </div>
      <Typography.Text type="secondary" className="palette-keys">
        {t('quickKeys')}
      </Typography.Text>
    </div>
  )
}

const HITS_MAX = 5

function useRecords(
  wanted: string,
  t: Say<AppTextKey>,
): { readonly found: readonly Hit[]; readonly searching: boolean } {
  const may = useMay()
  const long = wanted.length >= 2
  const query = { q: wanted, pageSize: HITS_MAX }
  const orders = useQuery({
    queryKey: ['quick.orders', wanted],
    queryFn: ({ signal }) => call('orders.list', { query }, { signal }),
    enabled: long && may('orders.read'),
    staleTime: 10_000,
  })
  const goods = useQuery({
    queryKey: ['quick.goods', wanted],
    queryFn: ({ signal }) => call('catalog.listGoods', { query }, { signal }),
    enabled: long && may('goods.read'),
    staleTime: 10_000,
  })
  if (!long) return { found: [], searching: false }
  return {
    searching: orders.isFetching || goods.isFetching,
    found: [
      ...(orders.data?.items ?? []).map((order) => ({
        to: `/orders/${order.no}`,
        group: t('orders'),
        title: String(order.no),
        note: (
          <>
            <Typography.Text type="secondary" ellipsis>
              {order.goodsTitles[0]} · {formatMoney(order.totalFen)}
            </Typography.Text>
            <StateTag kind={order.purpose === 'recharge' ? 'recharge' : 'order'} state={order.state} />
          </>
        ),
      })),
      ...(goods.data?.items ?? []).map((item) => ({
        to: `/goods/${item.id}`,
        group: t('groupGoods'),
        title: item.title,
        note: <StateTag kind="shelf" state={item.shelf} />,
      })),
    ],
  }
}

function pages(wanted: string, { permissions }: Me, t: Say<AppTextKey>): readonly Hit[] {
  const needle = wanted.toLowerCase()
  return ALL_SCREENS.filter(({ icon, permission }) => icon && (!permission || permissions.includes(permission)))
    .filter(({ text, path }) => t(text).toLowerCase().includes(needle) || path.includes(needle))
    .map(({ path, text, icon }) => ({ to: path, group: t('quickPages'), title: t(text), icon }))
}
