import { Button, Drawer, Tag, Typography } from 'antd'
import { useState } from 'react'
import type { Row } from '../../shared/api/index.ts'
import { formatDuration } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { Facts } from '../../shared/templates/DetailPage.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { wholesaleText } from './text.ts'
import './wholesale.css'

type Call = Row<'wholesale.listCalls'>

const OPERATIONS = [
  'products',
  'product',
  'balance',
  'place',
  'order',
  'cancel',
  'statement',
  'placeBulk',
  'bulk',
  'bulkLines',
  'cancelBulk',
] as const
const REASONS = ['bad_signature', 'stale', 'replayed', 'other_address', 'revoked', 'member_closed'] as const
const oneOf = <T extends string>(known: readonly T[], word: string | null): T | undefined =>
  known.find((one) => one === word)

/** The last calls of a key, what became of each, and why one was not believed. */
export function CallList({ keyId }: { readonly keyId: number }) {
  const t = useText(wholesaleText)
  const [open, setOpen] = useState<Call>()
  return (
    <>
      <ListPage
        embedded
        id="wholesaleCalls"
        title={t('tabCalls')}
        hint={t('callsHint')}
        route="wholesale.listCalls"
        params={{ wholesaleKeyId: keyId }}
        rowKey={(call) => call.id}
        filters={[
          { kind: 'search', placeholder: t('findCall') },
          {
            kind: 'select',
            name: 'only',
            label: t('outcome'),
            options: [{ value: 'refused', label: t('onlyRefused') }],
          },
        ]}
        rowActions={(call) => (
          <Button type="link" size="small" onClick={() => setOpen(call)}>
            {t('seeCall')}
          </Button>
        )}
        rowActionsWidth={90}
        empty={{ title: t('noCalls'), text: t('callsHint') }}
        columns={[
          {
            key: 'operation',
            title: t('operation'),
            width: 120,
            phone: 'title',
            render: (call) => <Operation call={call} />,
          },
          {
            key: 'outcome',
            title: t('outcome'),
            width: 220,
            phone: 'extra',
            render: (call) => <Outcome call={call} />,
          },
          {
            key: 'outerNo',
            title: t('outerNo'),
            width: 210,
            render: (call) => (call.outerNo ? <OneLine width={200}>{call.outerNo}</OneLine> : <Nothing />),
          },
          { key: 'at', title: t('at'), width: 170, render: (call) => <Time value={call.at} /> },
          {
            key: 'ip',
            title: t('ip'),
            width: 140,
            phone: 'hide',
            render: (call) => <span className="num">{call.ip}</span>,
          },
          {
            key: 'took',
            title: t('took'),
            width: 90,
            align: 'right',
            phone: 'hide',
            render: (call) => formatDuration(call.elapsedMs),
          },
        ]}
      />
      <Drawer
        open={open !== undefined}
        size="min(520px, 100vw)"
        title={t('seeCall')}
        onClose={() => setOpen(undefined)}
      >
        {open && (
          <>
            <Facts
              items={[
                [t('operation'), <Operation key="operation" call={open} />],
                [t('outcome'), <Outcome key="outcome" call={open} />],
                [t('at'), <Time key="at" value={open.at} />],
                [t('ip'), open.ip],
                [t('took'), formatDuration(open.elapsedMs)],
              ]}
            />
            <Said title={t('request')} text={open.request} />
            <Said title={t('answer')} text={open.answer} />
          </>
        )}
      </Drawer>
    </>
  )
}

function Operation({ call: { operation } }: { readonly call: Call }) {
  const t = useText(wholesaleText)
  const known = oneOf(OPERATIONS, operation)
  return known ? t(`op_${known}`) : operation
}

function Outcome({ call: { code, reason } }: { readonly call: Call }) {
  const t = useText(wholesaleText)
  if (code === null) return <Tag color="success">{t('ok')}</Tag>
  const why = oneOf(REASONS, reason)
  return <Tag color={why ? 'error' : 'warning'}>{why ? t(`why_${why}`) : code}</Tag>
}

function Said({ title, text }: { readonly title: string; readonly text: string }) {
  if (text === '') return null
  return (
    <>
      <Typography.Title level={5} style={{ marginTop: 16 }}>
        {title}
      </Typography.Title>
      <pre className="call-said">{pretty(text)}</pre>
    </>
  )
}

/** Bodies are kept short, so the end of a long one is cut off and is no JSON any more. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
