import { Button, Empty, Progress, Typography } from 'antd'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useDark } from '../../shared/dark.ts'
import { formatCount, formatMoney, formatTime, formatWait } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Chart } from '../../shared/parts/Chart.tsx'
import { coloursOf } from '../../shared/parts/chartColours.ts'
import { Money } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { BoardPage, Figure } from '../../shared/templates/BoardPage.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { byHour, sparkline, trend } from './options.ts'
import { boardText } from './text.ts'

type Board = Output<'orders.board'>
const REFRESH_MS = 30_000

/** Today at a glance: what came in, what went out, what needs a hand. */
export function BoardScreen() {
  const t = useText(boardText)
  const read = useRead('orders.board', {}, { refreshMs: REFRESH_MS, keep: true })
  return (
    <BoardPage
      read={read}
      title={t('title')}
      hint={(board) => t('atTime', { time: formatTime(board.now) })}
      actions={<SetupButton />}
    >
      {(board) => (
        <div className="stack">
          <Figures board={board} />
          <div className="columns">
            <div className="span-8">
              <Trend board={board} />
            </div>
            <div className="span-4">
              <LowStock items={board.lowStock} />
            </div>
            <div className="span-8">
              <Hours board={board} />
            </div>
            <div className="span-4">
              <Top items={board.top} />
            </div>
          </div>
        </div>
      )}
    </BoardPage>
  )
}

/** Shown until every step is done or the guide was put away. */
function SetupButton() {
  const t = useText(boardText)
  const guide = useRead('setup.getGuide', {}, { staleMs: 60_000 }).data
  if (!guide || guide.dismissed || guide.doneCount === guide.steps.length) return null
  return (
    <Link to="/setup">
      <Button tabIndex={-1}>
        {t('setup')} {guide.doneCount}/{guide.steps.length}
      </Button>
    </Link>
  )
}

function Figures({ board }: { readonly board: Board }) {
  const t = useText(boardText)
  const may = useMay()
  const { today, yesterday, days, deliveryMs } = board
  const orders = may('orders.read')
  const to = (path: string, allowed: boolean) => (allowed ? path : undefined)
  return (
    <>
      <div className="figures">
        <Figure
          label={t('salesToday')}
          value={formatMoney(today.salesFen)}
          chart={<Spark values={days.map(({ salesFen }) => salesFen)} label={t('sales')} />}
          foot={
            <Foot
              left={t('yesterday', { value: formatMoney(yesterday.salesFen) })}
              right={
                today.refundsFen > 0
                  ? t('refunds', { amount: formatMoney(today.refundsFen) })
                  : t('buyers', { count: formatCount(today.buyers) })
              }
            />
          }
        />
        <Figure
          label={t('ordersToday')}
          value={formatCount(today.paidOrders)}
          to={to('/orders', orders)}
          chart={<Spark values={days.map((day) => day.orders)} label={t('orders')} />}
          foot={
            <Foot
              left={t('yesterday', { value: formatCount(yesterday.paidOrders) })}
              right={t('ordersPlaced', { count: formatCount(today.orders) })}
            />
          }
        />
        <Figure
          label={t('delivered')}
          value={formatCount(today.piecesDelivered)}
          chart={<Spark values={days.map(({ pieces }) => pieces)} label={t('pieces')} />}
          foot={
            <Foot
              left={t('yesterday', { value: formatCount(yesterday.piecesDelivered) })}
              right={t('buyers', { count: formatCount(today.buyers) })}
            />
          }
        />
        <Figure
          label={t('speed')}
          value={
            deliveryMs.p50 === null
              ? '–'
              : `${formatWait(deliveryMs.p50)} / ${deliveryMs.p99 === null ? '–' : formatWait(deliveryMs.p99)}`
          }
          foot={deliveryMs.p50 === null ? t('noSpeed') : t('speedHint')}
        />
      </div>
      <div className="figures figures-small">
        <Figure
          label={t('exceptions')}
          value={formatCount(board.exceptions)}
          tone={board.exceptions > 0 ? 'error' : undefined}
          to={to('/exceptions', orders)}
          foot={board.exceptions > 0 ? t('waiting') : t('allClear')}
        />
        <Figure
          label={t('pending')}
          value={formatCount(board.pendingOrders)}
          to={to('/orders?state=pending', orders)}
          foot={t('pendingHint')}
        />
        {(board.failedJobs > 0 || may('jobs.read')) && (
          <Figure
            label={t('failedJobs')}
            value={formatCount(board.failedJobs)}
            tone={board.failedJobs > 0 ? 'warning' : undefined}
            to={to('/jobs', may('jobs.read'))}
            foot={board.failedJobs > 0 ? t('waiting') : t('allClear')}
          />
        )}
      </div>
    </>
  )
}

function Foot({ left, right }: { readonly left: string; readonly right: string }) {
  return (
    <span className="figure-ends num">
      <span>{left}</span>
      <span>{right}</span>
    </span>
  )
}

function Spark({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const colours = coloursOf(useDark())
  const key = values.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the values; a new array with the same ones draws nothing new
  const option = useMemo(() => sparkline(values, colours), [key, colours.accent])
  return <Chart option={option} height={34} label={label} />
}

function Trend({ board }: { readonly board: Board }) {
  const t = useText(boardText)
  const dark = useDark()
  const option = useMemo(
    () => trend(board.days, { sales: t('sales'), orders: t('orders') }, coloursOf(dark)),
    [board.days, dark, t],
  )
  return (
    <Section title={t('trend')}>
      {isQuiet(board.days) ? (
        <Quiet height={250} text={t('trendNone')} />
      ) : (
        <Chart option={option} height={250} label={t('trend')} />
      )}
    </Section>
  )
}

function Hours({ board }: { readonly board: Board }) {
  const t = useText(boardText)
  const dark = useDark()
  const option = useMemo(
    () => byHour(board.hours, { sales: t('sales'), orders: t('orders') }, coloursOf(dark)),
    [board.hours, dark, t],
  )
  return (
    <Section title={t('hours')}>
      {isQuiet(board.hours) ? (
        <Quiet height={220} text={t('hoursNone')} />
      ) : (
        <Chart option={option} height={220} label={t('hours')} />
      )}
    </Section>
  )
}

const isQuiet = (points: readonly { readonly orders: number; readonly salesFen: number }[]): boolean =>
  points.every(({ orders, salesFen }) => orders === 0 && salesFen === 0)

/** In the place of a chart that would draw axes over nothing. */
function Quiet({ height, text }: { readonly height: number; readonly text: string }) {
  return (
    <div style={{ height, display: 'grid', placeContent: 'center' }}>
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text} />
    </div>
  )
}

function LowStock({ items }: { readonly items: Board['lowStock'] }) {
  const t = useText(boardText)
  const may = useMay()
  return (
    <Section title={t('lowStock')}>
      {items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('lowNone')} />}
      <div className="board-list">
        {items.map((item) => (
          <div key={item.skuId} className="line-item">
            <div className="line-main">
              <Link to={`/goods/${item.goodsId}`}>
                <Typography.Text ellipsis={{ tooltip: item.title }} style={{ color: 'inherit' }}>
                  {item.title}
                </Typography.Text>
              </Link>
              <div className="figure-foot">
                <Typography.Text type={item.available === 0 ? 'danger' : 'warning'}>
                  {t('available', { count: formatCount(item.available) })}
                </Typography.Text>
                {' · '}
                {t('threshold', { count: formatCount(item.threshold) })}
              </div>
            </div>
            {may('cards.import') && <Link to={`/imports/new?skuId=${item.skuId}`}>{t('refill')}</Link>}
          </div>
        ))}
      </div>
    </Section>
  )
}

function Top({ items }: { readonly items: Board['top'] }) {
  const t = useText(boardText)
  const most = Math.max(1, ...items.map(({ salesFen }) => salesFen))
  return (
    <Section title={t('top')}>
      {items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('topNone')} />}
      <div className="board-list">
        {items.map((item, index) => (
          <div key={item.goodsId} className="line-item">
            <span className="board-rank num">{index + 1}</span>
            <div className="line-main">
              <div className="figure-ends">
                <Link to={`/goods/${item.goodsId}`} style={{ minWidth: 0 }}>
                  <Typography.Text ellipsis={{ tooltip: item.title }} style={{ color: 'inherit' }}>
                    {item.title}
                  </Typography.Text>
                </Link>
                <Money fen={item.salesFen} />
              </div>
              <div className="figure-ends figure-foot">
                <Progress
                  percent={(item.salesFen / most) * 100}
                  showInfo={false}
                  aria-label={item.title}
                  size={{ height: 4 }}
                  style={{ flex: 1 }}
                />
                <span style={{ whiteSpace: 'nowrap' }}>{t('piecesSold', { count: formatCount(item.pieces) })}</span>
              </div>
            </div>
          </div>
        ))}
      </div>
    </Section>
  )
}
