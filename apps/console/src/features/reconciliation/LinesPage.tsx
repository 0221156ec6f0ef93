import { Button, Drawer, Grid, Skeleton, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatHao, formatMoney, formatRate } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { RawRows, RawText } from './Raw.tsx'
import {
  isSupplier,
  kindsOf,
  reconciliationText,
  useKindName,
  useOutcomeName,
  useSourceName,
  useSourceText,
} from './text.ts'
import './reconciliation.css'

type Line = Row<'reconciliation.listLines'>

/** The bill, line by line, each with its outcome; one press shows it as it stands in the file, beside our records. */
export function LinesPage() {
  const { gateway = '', day = '' } = useParams()
  const t = useSourceText(gateway)
  const kindName = useKindName()
  const sourceName = useSourceName()
  const [seen, setSeen] = useState<Line>()
  const columns = useLineColumns(gateway)
  return (
    <>
      <ListPage
        id="reconciliation.lines"
        title={t('linesTitle', { gateway: sourceName(gateway), day })}
        hint={t('linesHint')}
        back={`/reconciliation/${gateway}/${day}`}
        route="reconciliation.listLines"
        params={{ gateway, day }}
        rowKey={(line) => line.n}
        exportRoute="reconciliation.exportLines"
        filters={[
          { kind: 'search', placeholder: t('searchWhole') },
          {
            kind: 'select',
            name: 'kind',
            label: t('kind'),
            options: kindsOf(gateway).map((kind) => ({
              value: kind,
              label: kindName(kind),
            })),
          },
        ]}
        columns={columns}
        rowActions={(line) => (
          <Button type="link" size="small" onClick={() => setSeen(line)}>
            {t('seeRaw')}
          </Button>
        )}
        rowActionsWidth={80}
        empty={{ title: t('noLines') }}
      />
      <LineDrawer gateway={gateway} day={day} line={seen} onClose={() => setSeen(undefined)} />
    </>
  )
}

function useLineColumns(gateway: string): readonly ListColumn<Line>[] {
  const t = useSourceText(gateway)
  const kindName = useKindName()
  const own: readonly ListColumn<Line>[] = [
    {
      key: 'own',
      title: t('ownAmount'),
      width: 130,
      align: 'right',
      render: ({ own }) =>
        own ? (
          <span className="num">
            {formatHao(own.hao, own.currency)}
            {own.rate !== null && <small className="recon-rate">× {formatRate(own.rate)}</small>}
          </span>
        ) : (
          <Nothing />
        ),
    },
    {
      key: 'exchange',
      title: t('exchangeFen'),
      width: 110,
      align: 'right',
      render: (line) => (line.exchangeFen === 0 ? <Nothing /> : <Money fen={line.exchangeFen} />),
    },
  ]
  return [
    {
      key: 'lineNo',
      title: t('lineNo'),
      width: 80,
      align: 'right',
      phone: 'hide',
      render: (line) => <span className="num">{line.lineNo}</span>,
    },
    { key: 'outcome', title: t('outcome'), width: 105, phone: 'extra', render: (line) => <OutcomeOf line={line} /> },
    {
      key: 'tradeNo',
      title: t('tradeNo'),
      width: 245,
      phone: 'title',
      render: (line) => <OneLine width={235}>{line.tradeNo}</OneLine>,
    },
    {
      key: 'kind',
      title: t('kind'),
      width: 110,
      render: (line) => (
        <>
          {kindName(line.kind)} {line.state !== 'done' && <StateTag kind="billLine" state={line.state} />}
        </>
      ),
    },
    {
      key: 'paymentNo',
      title: t('paymentNo'),
      width: 160,
      render: (line) => (line.paymentNo ? <OneLine width={150}>{line.paymentNo}</OneLine> : <Nothing />),
    },
    {
      key: 'refundNo',
      title: t('refundNo'),
      width: 190,
      hidden: true,
      render: (line) => (line.refundNo ? <OneLine width={180}>{line.refundNo}</OneLine> : <Nothing />),
    },
    {
      key: 'amount',
      title: t('amount'),
      width: 100,
      align: 'right',
      render: (line) => <b className="num">{formatMoney(line.amountFen)}</b>,
    },
    ...(isSupplier(gateway) ? own : []),
    {
      key: 'fee',
      title: t('fee'),
      width: 80,
      align: 'right',
      render: (line) => (line.feeFen === 0 ? <Nothing /> : <span className="num">{formatMoney(line.feeFen)}</span>),
    },
    { key: 'at', title: t('at'), width: 170, render: (line) => <Time value={line.at} /> },
  ]
}

function OutcomeOf({ line }: { readonly line: Line }) {
  const t = useText(reconciliationText)
  const name = useOutcomeName()
  if (line.outcome === null) return <Typography.Text type="secondary">{t('noPart')}</Typography.Text>
  const tag = (
    <Tag color={line.outcome === 'match' || line.outcome === 'cross_day' ? 'success' : 'error'} variant="filled">
      {name(line.outcome)}
    </Tag>
  )
  return line.caseId === null ? tag : <Link to={`/reconciliation/cases/${line.caseId}`}>{tag}</Link>
}

type DrawerProps = {
  readonly gateway: string
  readonly day: string
  readonly line: Line | undefined
  readonly onClose: () => void
}

function LineDrawer({ gateway, day, line, onClose }: DrawerProps) {
  const t = useText(reconciliationText)
  const wide = Grid.useBreakpoint().md !== false
  return (
    <Drawer
      open={line !== undefined}
      onClose={onClose}
      title={line && `${t('lineNo')} ${line.lineNo}`}
      size={wide ? 560 : '100%'}
      destroyOnHidden
    >
      {line && <LineDetail gateway={gateway} day={day} n={line.n} />}
    </Drawer>
  )
}

function LineDetail({ gateway, day, n }: { readonly gateway: string; readonly day: string; readonly n: number }) {
  const t = useText(reconciliationText)
  const { data, error, refetch } = useRead('reconciliation.getLine', { params: { gateway, day, n } })
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />
  return (
    <div className="stack">
      <RawText text={data.text} />
      {data.ours.length > 0 ? (
        <RawRows rows={data.ours} />
      ) : (
        <Typography.Text type="secondary">{t('nothingHere')}</Typography.Text>
      )}
      {data.line.caseId !== null && <Link to={`/reconciliation/cases/${data.line.caseId}`}>{t('seeCase')}</Link>}
    </div>
  )
}
