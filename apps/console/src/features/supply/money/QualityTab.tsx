import { Card, DatePicker, Progress, Select, Skeleton, Table, Tooltip, Typography } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { useRead } from '../../../shared/api/hooks.ts'
import type { Output } from '../../../shared/api/index.ts'
import { useDark } from '../../../shared/dark.ts'
import { formatCount, formatMoney, formatSeconds, wallNow } from '../../../shared/format.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { Chart } from '../../../shared/parts/Chart.tsx'
import { coloursOf } from '../../../shared/parts/chartColours.ts'
import { Money, Nothing } from '../../../shared/parts/values.tsx'
import { Section } from '../../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../../shared/templates/ErrorState.tsx'
import { ExportButton } from '../../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../../shared/urlState.ts'
import { percentOf } from '../parts.tsx'
import { qualityText, useRefusalName } from './qualityText.ts'

type Quality = Output<'suppliers.quality'>
type Total = Quality['total']
type Product = Quality['products'][number]

const DAYS = 30
const DAY = 'YYYY-MM-DD'
const isDay = (text: string | undefined): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '')

/** How a supplier does on the chosen days; every figure leads to its purchases. */
export function QualityTab({ supplierId }: { readonly supplierId: number }) {
  const t = useText(qualityText)
  const [values, change] = useUrlState()
  const today = wallNow()
  const days = {
    from: isDay(values.from) ? values.from : today.subtract(DAYS - 1, 'day').format(DAY),
    to: isDay(values.to) ? values.to : today.format(DAY),
  }
  const productId = values.product ? Number(values.product) : undefined
  const query = { ...days, productId }
  const read = useRead('suppliers.quality', { params: { supplierId }, query }, { keep: true })
  // The list of products stays whole while one of them is looked at.
  const all = useRead('suppliers.quality', { params: { supplierId }, query: days }, { keep: true })
  const { data } = read
  const to = (more: Readonly<Record<string, string>>) =>
    `/purchases?${new URLSearchParams({
      supplierId: String(supplierId),
      sentFrom: days.from,
      sentTo: days.to,
      ...(productId === undefined ? {} : { productId: String(productId) }),
      ...more,
    })}`
  return (
    <div className="stack">
      <div className="list-head quality-head">
        <span>
          <DatePicker.RangePicker
            allowClear={false}
            aria-label={t('span')}
            value={[dayjs(days.from), dayjs(days.to)]}
            disabledDate={(day) => day.isAfter(today, 'day')}
            onChange={(range) => {
              const [from, until] = range ?? []
              if (from && until) change({ from: from.format(DAY), to: until.format(DAY) })
            }}
          />
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('allProducts')}
            aria-label={t('product')}
            value={values.product ?? null}
            onChange={(product) => change({ product: product ?? undefined })}
            options={(all.data?.products ?? []).map((one) => ({ value: String(one.productId), label: one.product }))}
          />
        </span>
        <ExportButton
          route="suppliers.exportQuality"
          params={{ supplierId }}
          query={{ ...query, by: 'day' }}
          disabled={!data}
          short={false}
          text={t('export')}
        />
      </div>
      {!data &&
        (read.error ? <ErrorState error={read.error} onRetry={() => void read.refetch()} /> : <Skeleton active />)}
      {data && (
        <>
          <Figures total={data.total} to={to} />
          <Trend quality={data} supplierId={supplierId} productId={productId} />
          <div className="columns">
            <div className="span-8 stack">
              <Products rows={data.products} to={to} />
            </div>
            <div className="span-4 stack">
              <Refusals quality={data} to={to} />
            </div>
          </div>
        </>
      )}
    </div>
  )
}

type To = (more: Readonly<Record<string, string>>) => string

function Figures({ total, to }: { readonly total: Total; readonly to: To }) {
  const t = useText(qualityText)
  const rate = (part: number, of: number) => (of === 0 ? '–' : `${percentOf(part / of)}%`)
  return (
    <div className="money-figures">
      <Figure label={t('score')} hint={<Tooltip title={t('scoreHow')}>{t('scoreHint')}</Tooltip>}>
        {total.score === null ? (
          <Typography.Text type="secondary">{t('tooFew')}</Typography.Text>
        ) : (
          <Progress
            aria-label={t('score')}
            type="dashboard"
            size={64}
            percent={total.score}
            format={(percent) => percent}
            status={total.score < 60 ? 'exception' : 'normal'}
          />
        )}
      </Figure>
      <Figure
        label={t('arrivedRate')}
        hint={
          <Link to={to({ hasArrived: 'true' })}>
            {t('ofEnded', { count: formatCount(total.arrived), of: formatCount(total.ended) })}
          </Link>
        }
      >
        {rate(total.arrived, total.ended)}
      </Figure>
      <Figure
        label={t('refused')}
        hint={<Link to={to({ state: 'refused', takenBack: 'false' })}>{rate(total.refused, total.ended)}</Link>}
      >
        {formatCount(total.refused)}
      </Figure>
      <Figure
        label={t('unknown')}
        hint={
          <Link to={to({ wasUnknown: 'true' })}>
            {t('unknownHow', {
              arrived: formatCount(total.unknownArrived),
              refused: formatCount(total.unknownRefused),
              open: formatCount(total.unknownOpen),
            })}
          </Link>
        }
      >
        {rate(total.unknown, total.sent)}
      </Figure>
      <Figure label={t('speed')} hint={t('speedHint')}>
        {total.p50 === null ? '–' : formatSeconds(total.p50)}
        <Typography.Text type="secondary"> / {total.p95 === null ? '–' : formatSeconds(total.p95)}</Typography.Text>
      </Figure>
      <Figure label={t('openings')} hint={t('openingsHint')}>
        {formatCount(total.breakerOpenings)}
      </Figure>
      <Figure label={t('moves')} hint={t('movesHint')}>
        ↑{formatCount(total.priceRises)} ↓{formatCount(total.priceFalls)}
      </Figure>
      <Figure
        label={t('bad')}
        hint={
          <Link to={to({ hasBad: 'true' })}>
            {t('badHow', { bad: formatCount(total.badPieces), recalled: formatCount(total.recalledPieces) })}
          </Link>
        }
      >
        {rate(total.badPieces + total.recalledPieces, total.pieces + total.badPieces)}
      </Figure>
      <Figure label={t('contradicted')} hint={<Link to={to({ state: 'contradicted' })}>{t('contradictedHint')}</Link>}>
        {formatCount(total.contradicted)}
      </Figure>
      <Figure label={t('dear')} hint={t('dearHint')}>
        {formatCount(total.dear)}
      </Figure>
      <Figure
        label={t('cost')}
        hint={total.shareOfCost !== null && t('share', { share: percentOf(total.shareOfCost) })}
      >
        <Money fen={total.costFen} strong />
      </Figure>
    </div>
  )
}

function Figure({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint?: React.ReactNode
  readonly children: React.ReactNode
}) {
  return (
    <div className="money-figure">
      <Typography.Text type="secondary">{label}</Typography.Text>
      <div className="figure-value num">{children}</div>
      {hint && (
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          {hint}
        </Typography.Text>
      )}
    </div>
  )
}

/** What was sent and what arrived, day by day; a bar opens the purchases of its day. */
function Trend({
  quality: { days },
  supplierId,
  productId,
}: {
  readonly quality: Quality
  readonly supplierId: number
  readonly productId: number | undefined
}) {
  const t = useText(qualityText)
  const navigate = useNavigate()
  const dark = useDark()
  const option = useMemo(() => {
    const colours = coloursOf(dark)
    return {
      animation: false,
      tooltip: { trigger: 'axis' },
      legend: { top: 0, textStyle: { color: colours.ink } },
      grid: { left: 44, right: 44, top: 34, bottom: 24 },
      xAxis: { type: 'category', data: days.map(({ day }) => day.slice(5)), axisLabel: { color: colours.ink } },
      yAxis: [
        { type: 'value', minInterval: 1, axisLabel: { color: colours.ink } },
        { type: 'value', axisLabel: { color: colours.ink, formatter: '{value}s' }, splitLine: { show: false } },
      ],
      series: [
        {
          name: t('arrived'),
          type: 'bar',
          stack: 'sent',
          data: days.map(({ arrived }) => arrived),
          color: colours.accent,
        },
        {
          name: t('notArrived'),
          type: 'bar',
          stack: 'sent',
          data: days.map(({ sent, arrived }) => sent - arrived),
          color: colours.quiet,
        },
        {
          name: 'p95',
          type: 'line',
          yAxisIndex: 1,
          showSymbol: false,
          connectNulls: true,
          data: days.map(({ p95 }) => (p95 === null ? null : Math.round(p95 * 10) / 10)),
          color: colours.second,
        },
      ],
    }
  }, [days, dark, t])
  const open = (index: number) => {
    const day = days[index]?.day
    if (!day) return
    void navigate(
      `/purchases?${new URLSearchParams({
        supplierId: String(supplierId),
        sentFrom: day,
        sentTo: day,
        ...(productId === undefined ? {} : { productId: String(productId) }),
      })}`,
    )
  }
  return (
    <Section title={t('trend')}>
      <Chart option={option} height={200} label={t('trend')} onPoint={open} />
    </Section>
  )
}

function Refusals({ quality: { refusals, total }, to }: { readonly quality: Quality; readonly to: To }) {
  const t = useText(qualityText)
  const name = useRefusalName()
  return (
    <Section title={t('refusals')}>
      {refusals.length === 0 ? (
        <Typography.Text type="secondary">{t('noRefusals')}</Typography.Text>
      ) : (
        <ul className="quality-reasons">
          {refusals.map(({ about, count }) => (
            <li key={about}>
              <Link to={to({ state: 'refused', about, takenBack: 'false' })}>{name(about)}</Link>
              <Progress
                aria-label={name(about)}
                percent={Math.round((100 * count) / total.refused)}
                size="small"
                format={() => formatCount(count)}
              />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function Products({ rows, to }: { readonly rows: readonly Product[]; readonly to: To }) {
  const t = useText(qualityText)
  return (
    <Section title={t('byProduct')} flush>
      {rows.length === 0 ? (
        <Card size="small" variant="borderless">
          <Typography.Text type="secondary">{t('nothingSent')}</Typography.Text>
        </Card>
      ) : (
        <Table
          size="small"
          rowKey="productId"
          dataSource={[...rows]}
          pagination={rows.length > 10 ? { pageSize: 10, size: 'small' } : false}
          scroll={{ x: 620 }}
          columns={[
            {
              title: t('product'),
              key: 'product',
              render: (row: Product) => <Link to={to({ productId: String(row.productId) })}>{row.product}</Link>,
            },
            { title: t('sent'), key: 'sent', align: 'right', render: (row: Product) => formatCount(row.sent) },
            {
              title: t('arrivedRate'),
              key: 'rate',
              align: 'right',
              render: (row: Product) => (row.ended === 0 ? <Nothing /> : `${percentOf(row.arrived / row.ended)}%`),
            },
            {
              title: 'p50 / p95',
              key: 'speed',
              align: 'right',
              render: (row: Product) =>
                row.p50 === null ? <Nothing /> : `${formatSeconds(row.p50)} / ${formatSeconds(row.p95 ?? row.p50)}`,
            },
            { title: t('badShort'), key: 'bad', align: 'right', render: (row: Product) => formatCount(row.badPieces) },
            { title: t('cost'), key: 'cost', align: 'right', render: (row: Product) => formatMoney(row.costFen) },
          ]}
        />
      )}
    </Section>
  )
}
