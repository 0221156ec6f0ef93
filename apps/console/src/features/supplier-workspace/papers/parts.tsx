import { Tag, Typography } from 'antd'
import type { Row } from '../../../shared/api/index.ts'
import { formatBytes } from '../../../shared/format.ts'
import { type Say, useText } from '../../../shared/i18n/index.ts'
import { StateTag } from '../../../shared/parts/StateTag.tsx'
import { OneLine, Time } from '../../../shared/parts/values.tsx'
import type { ListColumn } from '../../../shared/templates/ListPage.tsx'
import { paperText } from './text.ts'

type Paper = Row<'workspace.listPapers'>
type T = Say<keyof typeof paperText.keys>
const SOON_DAYS = 30

/** Until when it holds, and how near that is. */
function Until({ paper: { validTo, daysLeft, state } }: { readonly paper: Paper }) {
  const t = useText(paperText)
  if (validTo === null || daysLeft === null) return <Typography.Text type="secondary">{t('noEnd')}</Typography.Text>
  const isNear = state === 'current' && daysLeft <= SOON_DAYS
  return (
    <span className="num">
      {validTo}{' '}
      {isNear && (
        <Tag color={daysLeft <= 7 ? 'error' : 'warning'}>
          {daysLeft > 0 ? t('left', { days: daysLeft }) : daysLeft === 0 ? t('today') : t('over', { days: -daysLeft })}
        </Tag>
      )}
    </span>
  )
}

/** The same for both sides. */
export function paperColumns(t: T): readonly ListColumn<Paper>[] {
  return [
    {
      key: 'title',
      title: t('paper'),
      width: 200,
      phone: 'title',
      render: ({ title }) => <OneLine width={190}>{title}</OneLine>,
    },
    {
      key: 'state',
      title: t('state'),
      width: 100,
      phone: 'extra',
      render: ({ state }) => <StateTag kind="paper" state={state} />,
    },
    { key: 'kind', title: t('kind'), width: 110, render: ({ kind }) => t(`kind_${kind}`) },
    { key: 'validTo', title: t('validTo'), width: 200, render: (paper) => <Until paper={paper} /> },
    { key: 'number', title: t('number'), width: 150, render: ({ number }) => number || null },
    {
      key: 'version',
      title: t('versionTitle'),
      width: 150,
      render: ({ version, bytes }) => `${t('version', { version })} · ${formatBytes(bytes)}`,
    },
    { key: 'at', title: t('at'), width: 170, render: ({ keptAt }) => <Time value={keptAt} /> },
    { key: 'reason', title: t('reason'), width: 150, render: ({ reason }) => reason || null },
  ]
}
