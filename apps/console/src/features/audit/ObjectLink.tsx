import { Link } from 'react-router'
import { useLocale } from '../../shared/i18n/index.ts'
import { OneLine } from '../../shared/parts/values.tsx'
import { objectName } from './text.ts'

/** Pages of what an audit line is about, where there is one. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  order: (no) => `/orders/${no}`,
  goods: (id) => `/goods/${id}`,
  batch: (id) => `/batches/${id}`,
  bulk_order: (id) => `/bulk/${id}`,
  redeem_batch: (id) => `/redeem/${id}`,
  member: (id) => `/members/${id}`,
}

export function ObjectLink({ kind, id }: { readonly kind: string; readonly id: string }) {
  const page = PAGES[kind]
  const name = objectName(kind, useLocale())
  const words = id === '' ? name : `${name} ${id}`
  if (page === undefined || !/^\d+$/.test(id)) return <OneLine>{words}</OneLine>
  return (
    <Link to={page(id)} className="num">
      {words}
    </Link>
  )
}
