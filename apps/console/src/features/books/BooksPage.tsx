import { BOOKS_CHECK_NAMES } from '@quanshu/contract/books'
import { Button, Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { formatTime } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { ObjectLinks } from './ObjectLinks.tsx'
import { RunNow } from './RunNow.tsx'
import { Standing } from './Standing.tsx'
import { booksText, useCheckName } from './text.ts'
import { useHandle } from './useHandle.tsx'

type Violation = Row<'books.listViolations'>
type T = Say<keyof typeof booksText.keys>

const REFRESH_MS = 10_000

/** How the books stand, and everything that is wrong in them, with its rows and what to do. */
export function BooksPage() {
  const t = useText(booksText)
  const checkName = useCheckName()
  const handle = useHandle()
  const [{ runId }] = useUrlState()
  return (
    <ListPage
      id="violations"
      title={t('title')}
      hint={t('hint')}
      route="books.listViolations"
      rowKey={(violation) => violation.id}
      fixed={{ runId }}
      refreshMs={REFRESH_MS}
      exportRoute="books.exportViolations"
      exportText={t('export')}
      actions={
        <>
          <Link to="/books/runs">
            <Button tabIndex={-1}>{t('runs')}</Button>
          </Link>
          <RunNow />
        </>
      }
      summary={() => <Standing />}
      filters={[
        {
          kind: 'tabs',
          name: 'state',
          options: [
            { value: 'open', label: t('tabOpen') },
            { value: 'handled', label: t('tabHandled') },
            { value: 'gone', label: t('tabGone') },
            { value: 'all', label: t('tabAll') },
          ],
        },
        { kind: 'search', placeholder: t('search') },
        {
          kind: 'select',
          name: 'check',
          label: t('check'),
          options: BOOKS_CHECK_NAMES.map((check) => ({ value: check, label: checkName(check) })),
        },
      ]}
      columns={violationColumns(t, checkName)}
      rowActions={(violation) =>
        violation.state === 'open' ? (
          <ActionButton type="link" permission="books.audit" onClick={() => handle([violation])}>
            {t('handle')}
          </ActionButton>
        ) : null
      }
      rowActionsWidth={110}
      bulk={(violations, clear) => (
        <ActionButton size="small" permission="books.audit" onClick={() => handle(violations, clear)}>
          {t('handle')}
        </ActionButton>
      )}
      empty={{ title: t('emptyOpen'), text: t('emptyOpenText') }}
    />
  )
}

function violationColumns(t: T, checkName: ReturnType<typeof useCheckName>): readonly ListColumn<Violation>[] {
  return [
    {
      key: 'what',
      title: t('violation'),
      width: 400,
      phone: 'title',
      render: (violation) => <What violation={violation} />,
    },
    {
      key: 'check',
      title: t('check'),
      width: 140,
      render: (violation) => (
        <>
          {checkName(violation.check)}
          {violation.invariant !== null && (
            <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
              {t('invariant', { number: violation.invariant })}
            </Typography.Text>
          )}
        </>
      ),
    },
    {
      key: 'objects',
      title: t('rowsOf'),
      width: 210,
      render: (violation) => <ObjectLinks objects={violation.objects} />,
    },
    {
      key: 'state',
      title: t('state'),
      width: 85,
      phone: 'extra',
      render: (violation) => <StateTag kind="violation" state={violation.state} />,
    },
    {
      key: 'foundAt',
      title: t('foundAt'),
      width: 120,
      render: (violation) => <Time value={violation.foundAt} relative />,
    },
    {
      key: 'lastSeenAt',
      title: t('lastSeenAt'),
      width: 120,
      hidden: true,
      render: (violation) => <Time value={violation.lastSeenAt} relative />,
    },
  ]
}

/** What is wrong, what to do, and who has dealt with it. */
function What({ violation }: { readonly violation: Violation }) {
  const t = useText(booksText)
  const { what, todo, handledBy, handledAt, note } = violation
  return (
    <div className="books-what">
      <Typography.Text strong>{what}</Typography.Text>
      <Typography.Text type="secondary">{todo}</Typography.Text>
      {handledBy !== null && handledAt !== null && (
        <Typography.Text type="secondary" italic>
          {t('handledBy', { name: handledBy, time: formatTime(handledAt), note: note ?? '' })}
        </Typography.Text>
      )}
    </div>
  )
}
