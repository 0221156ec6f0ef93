import { Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { booksText, useObjectName } from './text.ts'

type Objects = Row<'books.listViolations'>['objects']

/** Pages of rows, where there is one. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  order: (no) => `/orders/${no}`,
  card: (id) => `/cards?card=${id}`,
  batch: (id) => `/batches/${id}`,
  sku: (id) => `/cards?skuId=${id}`,
  goods: (id) => `/goods/${id}`,
  redeem_batch: (id) => `/redeem/${id}`,
  account: (id) => `/ledger/${id}`,
  member: (id) => `/members/${id}`,
  gateway: () => '/settings',
  channel: () => '/settings',
  bulk: (id) => `/bulk/${id}`,
  restock: (id) => `/restocks/${id}`,
  recovery: () => '/recoveries',
  wholesale_key: (id) => `/wholesale/${id}`,
  supplier: (id) => `/suppliers/${id}?tab=money`,
  staff: () => '/staff',
  audit: () => '/audit',
}

const SHOWN_MAX = 6

/** The rows that a violation is about, each leading to its page. */
export function ObjectLinks({ objects }: { readonly objects: Objects }) {
  const t = useText(booksText)
  const name = useObjectName()
  return (
    <span className="books-objects">
      {objects.slice(0, SHOWN_MAX).map(({ kind, id }) => {
        const page = PAGES[kind]
        const words = `${name(kind)} ${id}`
        return page ? (
          <Link key={`${kind}${id}`} to={page(id)} className="num">
            {words}
          </Link>
        ) : (
          <Typography.Text key={`${kind}${id}`} type="secondary" className="num">
            {words}
          </Typography.Text>
        )
      })}
      {objects.length > SHOWN_MAX && (
        <Typography.Text type="secondary">{t('more', { count: objects.length - SHOWN_MAX })}</Typography.Text>
      )}
    </span>
  )
}
